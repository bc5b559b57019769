"""Names for types that many signatures share; shapes are jaxtyping's."""

from __future__ import annotations

from typing import Any

import jax
from jax.typing import DTypeLike
from jaxtyping import Float, PyTree

Scalar = Float[jax.Array, ""] | float
"""One real number: Python's, or an entry of an array that JAX traces."""

Numbers = Float[Any, "..."]
"""A real number or an array of them, JAX's or NumPy's: fields of problems and cards broadcast."""

__all__ = ["DTypeLike", "Float", "Numbers", "PyTree", "Scalar"]
