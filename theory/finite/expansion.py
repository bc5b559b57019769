"""R20 as an answer, where it is good: many samples, many dimensions, many changed labels."""

from __future__ import annotations

import math

import numpy as np

from relabel_lab.sim import Problem
from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.finite.answer import Errors, FiniteLaw
from relabel_lab.theory.fluctuations import scheme_law

METHOD = "R20: second-order delta method with Edgeworth term, derived here"
SAMPLES, RANK = 500, 10  # it was tried from here on
DOUBT = 0.004  # of `Cumulants.doubt`, beyond which it is not used
TIED = 1e-9  # of the variance, below which the sign of a difference means nothing
REST = 0.006  # largest error of 200 random problems from n = SAMPLES on; it falls like 1/n


def expanded_law(problem: Problem, scheme: Scheme, level: float | None) -> FiniteLaw | None:
    """The expansion, or None where it is not to be trusted."""
    if problem.spectrum is not None or problem.n < SAMPLES or problem.r < RANK:
        return None
    try:
        law = scheme_law(problem, scheme, bar=level)
    except ValueError:  # no expansion of this scheme
        return None
    mean, variance = float(law.mean[1]), float(law.covariance[1, 1])
    chance, doubt = float(law.improves), float(law.doubt)
    if not np.isfinite([mean, variance, chance, doubt]).all() or variance <= 0 or doubt > DOUBT:
        return None
    if level is None and _tied(np.asarray(law.covariance)):
        return None
    spread = math.sqrt(variance)
    left = REST * SAMPLES / float(problem.n)
    size = max(abs(mean), spread)
    errors = Errors(left * size, left * size, doubt + left)
    return FiniteLaw(mean, spread, min(max(chance, 0.0), 1.0), errors, METHOD)


def _tied(covariance: np.ndarray) -> bool:
    """Whether kappa1 - kappa0 varies by no more than rounding: labels hardly differ from given."""
    apart = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    return bool(apart <= TIED * covariance[1, 1])
