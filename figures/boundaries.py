"""Separations at which one round begins to help: in the limit, at finite n, and certified."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from relabel_lab.proofs_check import certified
from relabel_lab.sim import Problem, Scheme
from relabel_lab.theory import predict
from relabel_lab.theory.finite import p_improves

NOISE_DIMENSIONS = 10**8  # of the limit, which depends on n/(d-1) alone
RANGE = (0.05, 200.0)
HALVINGS = 24
CLOSE = 4e-2  # of log rho, for the probabilities


def limit_separation(alpha: float, p: ArrayLike, scheme: Scheme) -> np.ndarray:
    """The rho at which kappa_1 = kappa_0 in the proportional limit (R5), array like ``p``.

    The lowest crossing that bisection of `RANGE` finds; constant margin.
    """
    p = np.asarray(p, float)
    low, high = (np.full(p.shape, math.log(end)) for end in RANGE)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        n = round(alpha * NOISE_DIMENSIONS)
        kappa = np.asarray(
            predict(Problem(n, NOISE_DIMENSIONS + 1, p, np.exp(middle / 2)), scheme).kappa
        )
        helps = kappa[..., 1] > kappa[..., 0] * (1 + 1e-12)
        low, high = np.where(helps, low, middle), np.where(helps, middle, high)
    return np.exp(high)


def chance_separation(
    n: int, r: int, p: float, scheme: Scheme, level: float, near: float
) -> float | None:
    """The rho at which P(one round improves) = ``level`` (R25), about ``near``; None if none is."""

    def above(log_rho: float) -> float:
        problem = Problem(n, r + 1, p, math.exp(log_rho / 2))
        return p_improves(problem, scheme, rough=True).value - level

    return _crossing(above, math.log(near) - 2.2, math.log(near) + 2.2, CLOSE)


def certified_separation(n: int, r: int, p: float, near: float) -> float | None:
    """The least rho, to 4 %, from which improvement of full retraining is certified (R15)."""
    rate = Fraction(p).limit_denominator(10**6)

    def above(log_rho: float) -> float:
        rho = Fraction(math.exp(log_rho)).limit_denominator(10**6)
        bound = certified(n, r, rate, rho)
        return -1.0 if bound is None else (1.0 if bound > 1 else -0.5)

    # Far apart hardly a label changes and nothing is certified: the top is looked for from below.
    for factor in (2.0, 4.0, 8.0, 16.0):
        high = math.log(near * factor)
        if above(high) > 0:
            return _crossing(above, math.log(near), high, 0.04)
    return None


def _crossing(
    above: Callable[[float], float], low: float, high: float, close: float
) -> float | None:
    if not above(low) < 0 < above(high):
        return None
    return math.exp(float(brentq(above, low, high, xtol=close)))
