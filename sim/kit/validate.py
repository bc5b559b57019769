"""One way to refuse bad input: a ``ValueError`` naming the argument, its value and what is allowed."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np


def reject(name: str, value: Any, allowed: str) -> ValueError:
    """The error to raise when argument ``name`` has an unusable ``value``."""
    return ValueError(f"{name} = {value!s} is not allowed: {name} must be {allowed}")


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
