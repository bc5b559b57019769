r"""The one chi-square that is left given everything else (R25, step 5).

With \(\|v\|^2 = s^2 + b\,\chi^2_\nu\): \(P(a > \ell\|v\|)\) is a chi-square cdf, and the moments of
\(1/\|v\|\) are a trapezoid rule in \(\log\chi^2\), in which the integrand is analytic in a strip of
half-width \(\pi/2\) or more however small s is.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammainc, ndtr, polygamma

BLUR = 0.65  # points; the lattice shows as exp(-2 pi^2 BLUR^2)
WIDEST = 0.6  # step in log chi^2
TAIL = 1e-7  # probability of chi^2 below its nodes


def exceeds(
    a: np.ndarray,
    along: np.ndarray,
    across: np.ndarray,
    level: np.ndarray,
    freedom: int,
    cell: np.ndarray,
) -> np.ndarray:
    r"""\(P(a > \ell\sqrt{s^2 + b\chi^2_\nu})\) at points of a rule over s.

    Args:
        a: signal; broadcasts, as ``across`` and ``level`` do, with ``along``.
        along: s.
        across: b.
        level: \(\ell\).
        freedom: \(\nu\); with none left the condition is a step in s.
        cell: distance in s between neighbouring points.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = np.abs(a / level)
        if freedom == 0:
            inside = _ramp((bound - along) / cell) - _ramp((-bound - along) / cell)
        else:
            room = np.maximum(bound**2 - along**2, 0)
            inside = gammainc(freedom / 2, room / across / 2)
    positive = np.where(a > 0, inside, 0.0)
    negative = np.where(a < 0, 1 - inside, 1.0)
    return np.where(level > 0, positive, np.where(level < 0, negative, (a > 0) * 1.0))


def _ramp(u: np.ndarray) -> np.ndarray:
    r"""A step over a few points whose sum against a smooth weight errs at fourth order.

    \(\Phi + \tfrac12 x\varphi\) at \(x = u/\) `BLUR`: its slope is a kernel without second moment.
    """
    x = np.clip(np.nan_to_num(u / BLUR), -30, 30)
    return ndtr(x) + x / 2 * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


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
