r"""What cross-fitting's fluctuations are conditioned on (R20 with R10): the fold models.

The noises of K folds, their signals and the fresh noise across are K(K + 1)/2 + K + 3 independent
variables with known laws.  Expectations over them are taken on scrambled Sobol points, at a
fixed seed: the integrands are smooth, so the error falls nearly like one over the number of points.
"""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import gammaincinv, ndtri

from relabel_lab.sim import Problem
from relabel_lab.theory.fluctuations.conditioning import initial_nodes

POINTS = 2**12
LATTICE = 4096  # nodes of a fold's signal, closer than any lattice of flips up to n = 10^6


class Folds(NamedTuple):
    """Fold models at B points; arrays [B, K], ``noise`` [B, K, K], the last three [B].

    Attributes:
        noise: mean noise of each fold over sigma, in coordinates of their span.
        signal, flip, eta: mean of s m in a fold, and the tilt that makes it typical.
        share: of a fold in all samples.
        rest: X, the squared length of fresh noise across, over n, with r - 1 degrees of freedom.
        along, step: standard normals, for the fresh noise along the retrained one and for what
            the folds' averages add to its length.
    """

    noise: jax.Array
    signal: jax.Array
    flip: jax.Array
    eta: jax.Array
    share: jax.Array
    rest: jax.Array
    along: jax.Array
    step: jax.Array


def fold_models(problem: Problem, folds: int) -> Folds:
    """Fold models of a scalar, isotropic problem with float leaves at `POINTS` points."""
    from scipy.stats import qmc  # here, for its import doubles that of the package

    n, r = int(problem.n), float(problem.r)
    size = n // folds + (np.arange(folds) < n % folds)
    below = np.tril_indices(folds, -1)
    parts = np.cumsum([folds, folds, len(below[0]), 1, 1])
    points = qmc.Sobol(int(parts[-1]) + 1, scramble=True, rng=0).random(POINTS)
    lengths, signals, angles, rest, along, step = np.split(points, parts, axis=1)

    noise = np.zeros((POINTS, folds, folds))
    freedom = r - np.arange(folds)
    exists = freedom > 0
    diagonal = np.sqrt(2 * gammaincinv(np.where(exists, freedom, 1) / 2, lengths)) * exists
    noise[:, np.arange(folds), np.arange(folds)] = diagonal
    noise[:, below[0], below[1]] = ndtri(angles) * exists[below[1]]
    noise /= np.sqrt(size)[:, None]

    table = {int(count): _signal(problem, count) for count in np.unique(size)}
    chosen = np.stack([table[int(c)](signals[:, k]) for k, c in enumerate(size)], axis=1)
    free = 2 * gammaincinv(max(r - 1, 1) / 2, rest[:, 0]) / n if r > 1 else np.zeros(POINTS)
    share = np.broadcast_to(size / n, chosen.shape[:2])
    leaves = (
        noise,
        *np.moveaxis(chosen, -1, 0),
        share,
        free,
        ndtri(along[:, 0]),
        ndtri(step[:, 0]),
    )
    return Folds(*(jnp.asarray(leaf) for leaf in leaves))


def _signal(problem: Problem, size: int):  # type: ignore[no-untyped-def]
    """Quantiles of a fold's (signal, flip, eta): u [B] to [B, 3]."""
    fold = eqx.tree_at(lambda q: q.n, problem, jnp.asarray(size, jnp.float64))
    law = initial_nodes(fold, LATTICE)
    weight = np.asarray(law.weight)
    values = np.stack([np.asarray(leaf) for leaf in (law.a0, law.flip, law.eta)], axis=1)
    rising = np.argsort(values[:, 0], kind="stable")
    below = np.cumsum(weight[rising])

    def quantile(u: np.ndarray) -> np.ndarray:
        return values[rising][np.minimum(np.searchsorted(below, u), len(below) - 1)]

    return quantile
