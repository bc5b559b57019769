"""Rigorous signs over boxes: outward-rounded float64 arithmetic, bisection, certificates."""
