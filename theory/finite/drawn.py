"""Draws of the exact law (R3, R19, R22) as an answer, where no formula is good enough."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import numpy as np

from relabel_lab.sim import ClassProblem, Problem, improved, simulate
from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.finite.answer import QUANTILES, Errors, FiniteLaw, nothing

KEY = 20_25  # of every draw, so that an answer is a function of the question
MOST, ROUGH, LEAST = 2**16, 2**12, 2**10
NUMBERS, LIMIT = 2**27, 2**30  # noise variables to draw in all; more are refused
METHOD = "{} draws of the exact law, errors are standard errors"


def seeds_for(problem: Problem | ClassProblem, rounds: int = 1) -> int:
    """As many seeds as the budget of noise variables allows."""
    return int(np.clip(NUMBERS // _length(problem, rounds), LEAST, MOST))


def _length(problem: Problem | ClassProblem, rounds: int) -> int:
    """Noise variables a draw, each worth K score products with K classes."""
    if isinstance(problem, ClassProblem):
        return int(problem.n) * int(problem.classes) ** 2 * rounds
    return (int(problem.n) + (0 if problem.spectrum is None else int(problem.r))) * rounds


def drawn_laws(
    problem: Problem, schemes: Sequence[Scheme], level: float | None, seeds: int | None = None
) -> dict[str, FiniteLaw]:
    """Mean, spread, quantiles of kappa and the share that exceeds ``level`` (None: kappa0).

    Schemes that label the training samples by their own model share their draws, and one program.
    """
    found = drawn_rounds(problem, schemes, 1, level, seeds)
    return {name: laws[0] for name, laws in found.items()}


def drawn_rounds(
    problem: Problem | ClassProblem,
    schemes: Sequence[Scheme],
    rounds: int,
    level: float | None = None,
    seeds: int | None = None,
) -> dict[str, list[FiniteLaw]]:
    """As `drawn_laws` after each of rounds 1 ... ``rounds``, all on the same draws."""
    if not schemes:
        return {}
    if _length(problem, rounds) * LEAST > LIMIT:
        n = int(problem.n)
        none = nothing(f"no formula is good enough and n = {n} is too large to draw")
        return {scheme.name: [none] * rounds for scheme in schemes}
    most = seeds_for(problem, rounds)
    count = most if seeds is None else min(seeds, most)
    found = simulate(problem, schemes, rounds, key=jax.random.key(KEY), seeds=count)
    kappas = {name: np.asarray(each.kappa, float) for name, each in found.items()}
    return {name: _counted(kappa, level) for name, kappa in kappas.items()}


def _counted(kappa: np.ndarray, level: float | None) -> list[FiniteLaw]:
    better = np.asarray(improved(kappa) if level is None else kappa > level)
    return [summarised(kappa[:, t], better[:, t]) for t in range(1, kappa.shape[1])]


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
