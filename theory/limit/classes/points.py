"""Scrambled Sobol points for the fields of K classes, in replicates whose spread is the error."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from relabel_lab.theory.limit.rounds import REPLICATES

MOST = 15  # binary logarithm of the scores drawn for each round of a replicate
RARE = 1e-4  # of kappa: what labels so rare that no replicate sees them can make


@lru_cache(maxsize=4)
def uniforms(log_points: int, dimensions: int, seed: int) -> np.ndarray:
    """Points of the unit cube, off its ends, [REPLICATES, dimensions, 2 ** log_points]."""
    from scipy.stats import qmc  # half a second to import, which one round need not wait for

    draws = [
        qmc.Sobol(dimensions, seed=np.random.default_rng([seed, i])).random_base2(log_points).T
        for i in range(REPLICATES)
    ]
    return np.clip(np.stack(draws), 2.0**-54, 1 - 2.0**-54)


@lru_cache(maxsize=4)
def normals(turns: int, classes: int, seed: int) -> np.ndarray:
    """Standard normals [REPLICATES, turns, classes, N]; fewer points for more classes."""
    log_points = min(max(MOST - (classes - 1).bit_length(), 6), 12)
    uniform = uniforms(log_points, turns * classes, seed)
    return ndtri(uniform).reshape(REPLICATES, turns, classes, -1)
