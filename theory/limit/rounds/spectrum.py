r"""A spectrum in a few levels with the same moments.

After t rounds the law of the fields asks for traces of \(\Sigma^j\), j up to 2t + 2, and no more.  The
Gauss rule of 16 nodes of the spectrum's own measure has its moments up to the 31st.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

MOST_LEVELS = 16


def compressed(values: np.ndarray) -> tuple[jax.Array, jax.Array]:
    """Levels and weights [B, R'] of spectra [B, R], R' at most `MOST_LEVELS`."""
    if values.shape[-1] <= MOST_LEVELS:
        return jnp.asarray(values), jnp.full(values.shape, 1 / values.shape[-1])
    unique, where = np.unique(values, axis=0, return_inverse=True)
    rules = [_gauss(row) for row in unique]
    levels, weights = (np.stack(column)[where.reshape(-1)] for column in zip(*rules, strict=True))
    return jnp.asarray(levels), jnp.asarray(weights)


def _gauss(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights [MOST_LEVELS] of the mean over ``values`` (Lanczos, Golub and Welsch)."""
    vector = np.full(values.size, values.size**-0.5)
    basis, diagonal, beside = [vector], [], []
    for _ in range(MOST_LEVELS):
        vector = values * basis[-1]
        diagonal.append(vector @ basis[-1])
        for _ in range(2):  # twice is enough
            vector = vector - np.array(basis).T @ (np.array(basis) @ vector)
        length = np.linalg.norm(vector)
        if length < 1e-12 * np.max(values) or len(diagonal) == MOST_LEVELS:
            break
        beside.append(length)
        basis.append(vector / length)
    matrix = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
    nodes, vectors = np.linalg.eigh(matrix)
    short = MOST_LEVELS - nodes.size
    return np.pad(nodes, (0, short), constant_values=1.0), np.pad(vectors[0] ** 2, (0, short))
