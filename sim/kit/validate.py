"""One way to refuse bad input: an error that carries the argument, its value and what is allowed."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np


class Refusal(ValueError):
    """An argument holds an unusable value.

    Attributes:
        argument: its name, as the caller knows it.
        value: what it held.
        allowed: what it must be, completing "must be ...".
    """

    def __init__(self, argument: str, value: Any, allowed: str):
        super().__init__(argument, value, allowed)  # so that it pickles
        self.argument, self.value, self.allowed = argument, value, allowed

    def __str__(self) -> str:
        return f"{self.argument} = {self.value!s} is not allowed: {self.rule}"

    @property
    def rule(self) -> str:
        """The rule as a clause: what must be what."""
        return f"{self.argument} must be {self.allowed}"


def reject(name: str, value: Any, allowed: str) -> Refusal:
    """The error to raise when argument ``name`` has an unusable ``value``."""
    return Refusal(name, value, allowed)


def require(name: str, value: Any, ok: Callable[[np.ndarray], Any], allowed: str) -> None:
    """Raise unless every entry of ``value`` satisfies ``ok``; traced values pass unchecked."""
    if isinstance(value, jax.core.Tracer):
        return
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise reject(name, repr(value), allowed) from None
    bad = ~np.asarray(ok(array), dtype=bool)  # NaN fails every comparison
    if bad.any():
        raise reject(name, array[bad].flat[0] if array.ndim else value, allowed)


def positive(name: str, value: Any) -> None:
    """Require finite entries > 0."""
    require(name, value, lambda x: (x > 0) & np.isfinite(x), "finite and > 0")


def whole(name: str, value: Any, least: int) -> None:
    """Require whole numbers >= ``least``."""
    require(
        name,
        value,
        lambda x: (x >= least) & np.isfinite(x) & (x == np.floor(x)),
        f"a whole number >= {least}",
    )
