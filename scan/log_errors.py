"""Accuracies of many seeds (R1), in pieces of one shape so that one program serves all."""

from __future__ import annotations

import jax
import numpy as np

from relabel_lab.sim.margins import Margin

PIECE = 1 << 14


def log_errors(law: Margin, kappa: np.ndarray) -> np.ndarray:
    """log(1 - accuracy), same shape as ``kappa`` [C, ...]; the law's parameters are [C]."""
    values = kappa.ravel()
    cells = np.repeat(np.arange(kappa.shape[0]), values.size // kappa.shape[0])
    result = np.empty_like(values)
    for low in range(0, values.size, PIECE):
        index = np.minimum(np.arange(low, low + PIECE), values.size - 1)
        laws = jax.tree.map(lambda leaf, index=index: leaf[cells[index]], law)
        result[low : low + PIECE] = _log_error(laws, values[index])[: values.size - low]
    return result.reshape(kappa.shape)


@jax.jit
def _log_error(law: Margin, kappa: jax.Array) -> jax.Array:
    return law.log_error(kappa)
