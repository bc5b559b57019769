"""Draws of the exact law (R3, R19) as an answer, where no formula is good enough."""

from __future__ import annotations

from collections.abc import Sequence

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


def drawn_laws(
    problem: Problem, schemes: Sequence[Scheme], level: float | None, seeds: int | None = None
) -> dict[str, FiniteLaw]:
    """Mean, spread, quantiles of kappa and the share that exceeds ``level`` (None: kappa0).

    Schemes that label the training samples by their own model share their draws, and one program.
    """
    if not schemes:
        return {}
    if _length(problem) * LEAST > LIMIT:
        n = int(problem.n)
        none = nothing(f"no formula is good enough and n = {n} is too large to draw")
        return {scheme.name: none for scheme in schemes}
    count = seeds_for(problem) if seeds is None else min(seeds, seeds_for(problem))
    found = dice.run_many(problem, schemes, key=jax.random.key(KEY), seeds=count)
    return {name: _counted(np.asarray(each.kappa, float), level) for name, each in found.items()}


def _counted(kappa: np.ndarray, level: float | None) -> FiniteLaw:
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
