"""Flip matrices: the probability of each given label by true class."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import reject

ROUNDING = 1e-9  # of a row's sum


def checked_flips(flips: Any) -> jax.Array:
    """The matrix [K, K], T[true, given], float64.

    Raises:
        ValueError: unless it is square, its rows are probabilities that sum to 1, and the largest
            entry of every row is on the diagonal and there alone.
    """
    if isinstance(flips, jax.core.Tracer):
        return flips
    values = np.asarray(flips, float)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or len(values) < 2:
        raise reject("flips", f"of shape {values.shape}", "square with two or more classes")
    for true, row in enumerate(values):
        told = f"{np.array2string(row, separator=', ', threshold=8)} in row {true + 1}"
        if not (np.all(row >= 0) and abs(np.sum(row) - 1) <= ROUNDING):
            raise reject("flips", told, "rows of probabilities that sum to 1, T[true, given]")
        if row[true] <= np.delete(row, true).max():
            raise reject("flips", told, "largest on the diagonal of every row")
    return jnp.asarray(values)


def drawn_label(flips: jax.Array, true: jax.Array, uniform: jax.Array) -> jax.Array:
    """Given labels [N] of true classes [N], each from a uniform number [N] by its row."""
    below = jnp.cumsum(flips, axis=1)[:, :-1]
    return jnp.sum(uniform[:, None] >= below[true], axis=1).astype(true.dtype)
