"""Speed and memory, side by side with what a user would write instead (``make bench``).

Each module has ``run() -> rows``; a row is ``(name, value, unit, target)``, target None or text.
"""
