"""One way to refuse bad input here: argument, value, what is allowed.

The same refusals as `relabel_lab.sim.kit`, whose package loads JAX: a classifier in somebody's
worker processes must not.
"""

import math
import operator
from typing import Any


class Refusal(ValueError):
    """An argument with an unusable value: fields ``argument``, ``value`` and ``allowed``."""

    def __init__(self, argument: str, value: Any, allowed: str):
        super().__init__(argument, value, allowed)
        self.argument, self.value, self.allowed = argument, value, allowed

    def __str__(self):
        return f"{self.argument} = {self.value!s} is not allowed: {self.argument} must be {self.allowed}"


def reject(name: str, value: Any, allowed: str) -> Refusal:
    """The error to raise when argument ``name`` has an unusable ``value``."""
    return Refusal(name, value, allowed)


def number(name: str, value: Any, allowed: str) -> float:
    """``value`` as a finite float; booleans and texts are no numbers."""
    if isinstance(value, bool | str | bytes):
        raise reject(name, repr(value), allowed)
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise reject(name, repr(value), allowed) from None
    if not math.isfinite(result):
        raise reject(name, value, allowed)
    return result


def positive(name: str, value: Any) -> float:
    """A finite number above 0."""
    allowed = "finite and > 0"
    result = number(name, value, allowed)
    if result <= 0:
        raise reject(name, value, allowed)
    return result


def whole(name: str, value: Any, least: int) -> int:
    """A whole number of at least ``least``."""
    allowed = f"a whole number >= {least}"
    try:
        result = operator.index(value)
    except TypeError:
        raise reject(name, repr(value), allowed) from None
    if isinstance(value, bool) or result < least:
        raise reject(name, value, allowed)
    return result


def listed(names: Any, most: int = 5) -> str:
    """A short list for a message: at most ``most`` names, then how many more."""
    shown = [str(name) for name in list(names)[:most]]
    rest = len(list(names)) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
