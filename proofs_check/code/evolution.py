"""State evolution of Bayes-optimal retraining (R12) in `theory.limit`."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtr

from relabel_lab.proofs_check.code.common import near
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.registry import DERIVED, Claim, Evidence, Setting
from relabel_lab.theory.limit import Mixture, bayes_accuracy, evolution, fixed_points, step

MIXTURES = ((1.5, 0.3, 2.0, 0.3), (1.2, 0.2, 1.0, 0.5), (0.9, 0.4, 6.0, 0.5))


def _posterior_square(q: float, gamma: float, p: float, alpha: float, prior: float) -> float:
    """E f^2 after one round of R12 by adaptive quadrature, one prior, label and noise at a time."""
    value = gamma * gamma * q / np.sqrt(gamma**2 * q * q + q / alpha)
    total = 0.0
    for y, share in ((1, prior), (-1, 1 - prior)):
        for s, chance in ((1, 1 - p), (-1, p)):
            lean = s * np.log((1 - p) / p) / 2 + y * np.log(prior / (1 - prior)) / 2
            inner = quad(
                lambda g, lean=lean: np.exp(-g * g / 2) * np.tanh(value * (value + g) + lean) ** 2,
                -12,
                12,
                epsabs=1e-13,
                limit=200,
            )[0]
            total += share * chance * inner / np.sqrt(2 * np.pi)
    return total


def _growth(q: float, *mixture: float) -> float:
    """What one step adds to q."""
    return _posterior_square(q, *mixture) - q


def judge_evolution(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """One step, three rounds, fixed points and the accuracy of Bayes-optimal retraining."""
    checks = []
    for values in MIXTURES:
        mixture = Mixture(*values)
        gamma, p, alpha, prior = values
        first = _posterior_square(0.3, *values)
        checks.append(near(f"step(0.3), {values}", step(0.3, mixture), first))
        path = [(1 - 2 * p) ** 2]
        for _ in range(400):
            path.append(_posterior_square(path[-1], *values) if len(path) < 4 else path[-1])
        checks.append(near(f"round 3, {values}", evolution(mixture, 3)[..., 3], path[3]))
        star = brentq(_growth, 1e-3, 1.0, args=values, xtol=1e-13)
        stable = [point.q for point in fixed_points(mixture) if point.stable]
        checks.append(near(f"stable fixed point, {values}", stable[-1], star, 1e-7))
        accuracy = ndtr(gamma**2 * np.sqrt(star / (gamma**2 * star + 1 / alpha)))
        checks.append(near(f"accuracy there, {values}", bayes_accuracy(mixture), accuracy, 1e-7))
    return Evidence(tuple(checks))


CLAIMS = (
    Claim(
        "code-state-evolution",
        "numerical",
        DERIVED,
        r"`theory.limit.step`, `evolution`, `fixed_points` and `bayes_accuracy` agree with adaptive "
        r"quadrature of R12 at three mixtures.",
        {"gamma, p, alpha, prior": MIXTURES},
        judge_evolution,
    ),
)
