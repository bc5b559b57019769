r"""A standard normal given that it exceeds a threshold: tail, mean, variance, third cumulant."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import erfcx, log_ndtr

FARTHEST = 60.0  # beyond, the tail or its complement is zero in float64


class Cumulants(NamedTuple):
    """First three cumulants; arrays of one shape, or sums of such."""

    mean: np.ndarray
    variance: np.ndarray
    third: np.ndarray


def log_tail(t: np.ndarray) -> np.ndarray:
    r"""\(\log Q(t)\)."""
    return log_ndtr(-t)


def cumulants(t: np.ndarray) -> Cumulants:
    r"""Of z given z > t, with \(\lambda = \varphi/Q\).

    Mean \(\lambda\), variance \(1 - \lambda(\lambda - t)\), third
    \(\lambda(2\lambda^2 - 3t\lambda + t^2 - 1)\).
    """
    t = np.clip(t, -FARTHEST, FARTHEST)
    hazard = np.sqrt(2 / np.pi) / erfcx(t / np.sqrt(2))
    variance = 1 - hazard * (hazard - t)
    return Cumulants(hazard, variance, hazard * (2 * hazard**2 - 3 * t * hazard + t**2 - 1))


def summed(counts: tuple[np.ndarray, ...], parts: tuple[Cumulants, ...]) -> Cumulants:
    """Cumulants of a sum of ``counts[i]`` independent copies of each part."""
    pairs = list(zip(counts, parts, strict=True))
    columns = [np.sum([count * part[i] for count, part in pairs], axis=0) for i in range(3)]
    return Cumulants(columns[0], columns[1], columns[2])
