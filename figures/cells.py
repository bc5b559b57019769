"""Seeds of a row of cells of a map, all by one compiled program."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from relabel_lab.sim import Problem, Scheme, dice


def kappas(
    n: int, r: int, p: Any, rho: Any, schemes: Sequence[Scheme], *, key: Any, first: int,
    seeds: int, rounds: int = 1,
) -> np.ndarray:  # fmt: skip
    """Kappa of the cells with these p and rho (constant margin, exact law).

    Args:
        n: number of samples.
        r: noise dimensions.
        p: flip probability, a number or [C].
        rho: separation, a number or [C].
        schemes: label rules that bind no constants.
        key: of the whole map.
        first: number of the row's first cell, from which its keys follow.
        seeds: a cell.
        rounds: of retraining.

    Returns:
        Array [C, seeds, schemes, rounds + 1].
    """
    p, rho = np.broadcast_arrays(np.atleast_1d(np.asarray(p, float)), np.asarray(rho, float))
    one = np.ones(p.size, int)
    problem = Problem(n * one, (r + 1) * one, p.copy(), rho**0.5, np.ones(p.size))
    keys = jax.vmap(lambda i: jax.random.fold_in(key, i))(first + np.arange(p.size))
    found = dice.run_cells(problem, schemes, rounds, keys=keys, seeds=seeds)
    return np.asarray(found.kappa)
