"""Draws of the exact law (R3, R19) as an answer, where no formula is good enough."""

from __future__ import annotations

import jax
import numpy as np

from relabel_lab.sim import Problem, dice, improved
from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.finite.answer import QUANTILES, Errors, FiniteLaw, nothing

KEY = 20_25  # of every draw, so that an answer is a function of the question
MOST, ROUGH, LEAST = 2**16, 2**12, 2**10
NUMBERS, LIMIT = 2**27, 2**30  # noise variables to draw in all; more are refused
METHOD = "{} draws of the exact law, errors are standard errors"


def seeds_for(problem: Problem) -> int:
    """As many seeds as the budget of noise variables allows."""
    return int(np.clip(NUMBERS // _length(problem), LEAST, MOST))


def _length(problem: Problem) -> int:
    """Noise variables a draw."""
    return int(problem.n) + (0 if problem.spectrum is None else int(problem.r))


def drawn_law(
    problem: Problem, scheme: Scheme, level: float | None, seeds: int | None = None
) -> FiniteLaw:
    """Mean, spread, quantiles of kappa and the share that exceeds ``level`` (None: kappa0)."""
    if _length(problem) * LEAST > LIMIT:
        return nothing(f"no formula is good enough and n = {int(problem.n)} is too large to draw")
    count = seeds_for(problem) if seeds is None else min(seeds, seeds_for(problem))
    key = jax.random.key(KEY)
    kappa = np.asarray(dice.run(problem, scheme, key=key, seeds=count).kappa, float)
    better = improved(kappa)[:, 1] if level is None else kappa[:, 1] > level
    return summarised(kappa[:, 1], np.asarray(better))


def summarised(kappa: np.ndarray, better: np.ndarray) -> FiniteLaw:
    """Sample moments with their standard errors; a share of 0 or 1 is known to about 1/seeds."""
    seeds = kappa.size
    mean, spread, share = kappa.mean(), kappa.std(ddof=1), better.mean()
    fourth = ((kappa - mean) ** 4).mean() / spread**4 if spread > 0 else 3.0
    errors = Errors(
        float(spread / seeds**0.5),
        float(spread * (max(fourth - 1, 0) / (4 * seeds)) ** 0.5),
        float((share * (1 - share) / seeds) ** 0.5 + 1 / seeds),
    )
    quantiles = tuple(map(float, np.quantile(kappa, QUANTILES)))
    method = METHOD.format(seeds)
    return FiniteLaw(float(mean), float(spread), float(share), errors, method, quantiles=quantiles)
