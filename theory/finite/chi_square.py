r"""The one chi-square that is left given everything else (R25, step 5).

With \(\|v\|^2 = s^2 + b\,\chi^2_\nu\): \(P(a > \ell\|v\|)\) is a chi-square cdf, and the moments of
\(1/\|v\|\) are a trapezoid rule in \(\log\chi^2\), in which the integrand is analytic in a strip of
half-width \(\pi/2\) or more however small s is.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc, polygamma

WIDEST = 0.6  # step in log chi^2
TAIL = 1e-7  # probability of chi^2 below its nodes


def below(x: np.ndarray, freedom: int) -> np.ndarray:
    r"""\(P(\chi^2_\nu < x)\); \(\chi^2_0 = 0\)."""
    if freedom == 0:
        return (x > 0).astype(float)
    return gammainc(freedom / 2, np.maximum(x, 0) / 2)


def exceeds(
    a: np.ndarray, along: np.ndarray, across: np.ndarray, level: np.ndarray, freedom: int
) -> np.ndarray:
    r"""\(P(a > \ell\sqrt{s^2 + b\chi^2_\nu})\); a, across = b, level broadcast with along = s."""
    with np.errstate(divide="ignore", invalid="ignore"):
        room = (a / level) ** 2 - along**2
        inside = below(np.where(across > 0, room / across, np.sign(room) * np.inf), freedom)
    positive = np.where(a > 0, inside, 0.0)
    negative = np.where(a < 0, 1 - inside, 1.0)
    return np.where(level > 0, positive, np.where(level < 0, negative, (a > 0) * 1.0))


def nodes(freedom: int) -> tuple[np.ndarray, np.ndarray]:
    r"""Values and probabilities [J] of \(\chi^2_\nu\) for functions analytic in its logarithm."""
    if freedom == 0:
        return np.zeros(1), np.ones(1)
    half = freedom / 2
    spread = np.sqrt(polygamma(1, half))
    step = min(0.9 * spread, WIDEST)
    middle = np.log(freedom)
    low = middle - max(6 * spread, -np.log(TAIL) / half)
    high = middle + min(6 * spread, np.log(1 + 40 / freedom + 9 / np.sqrt(freedom)))
    y = np.arange(low, high + step, step)
    log_weight = half * y - np.exp(y) / 2
    weight = np.exp(log_weight - log_weight.max())
    return np.exp(y), weight / weight.sum()
