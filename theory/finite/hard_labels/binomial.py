"""Binomial probabilities without cancellation at any number of trials (Loader's saddle point)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

SERIES_FROM = 16.0
HALF_LOG_TWO_PI = 0.5 * np.log(2 * np.pi)


def log_pmf(k: Any, n: Any, p: Any) -> np.ndarray:
    r"""\(\log P(\mathrm{Bin}(n, p) = k)\); arrays broadcast, -inf outside 0..n."""
    k, n, p = np.broadcast_arrays(*(np.asarray(x, float) for x in (k, n, p)))
    inside = (k > 0) & (k < n) & (p > 0) & (p < 1)
    trials = np.where(inside, n, 2.0)
    hits, rate = np.where(inside, k, 1.0), np.where(inside, p, 0.5)
    misses = trials - hits
    value = _stirling_error(trials) - _stirling_error(hits) - _stirling_error(misses)
    value -= _deviance(hits, trials * rate) + _deviance(misses, trials * (1 - rate))
    value += 0.5 * np.log(trials / (hits * misses)) - HALF_LOG_TWO_PI
    return np.where(inside, value, _edge(k, n, p))


def _edge(k: np.ndarray, n: np.ndarray, p: np.ndarray) -> np.ndarray:
    """At k = 0, k = n, or where p is 0 or 1."""
    possible = (k == 0) | (k == n)
    with np.errstate(divide="ignore"):
        value = xlog1py(n - k, -p) + xlogy(k, p)
    return np.where(possible & (k >= 0) & (k <= n), value, -np.inf)


def _stirling_error(n: np.ndarray) -> np.ndarray:
    """log n! less Stirling's formula."""
    few = np.minimum(n, SERIES_FROM)
    exact = gammaln(few + 1) - (few + 0.5) * np.log(few) + few - HALF_LOG_TWO_PI
    square = n * n
    series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / n
    return np.where(n < SERIES_FROM, exact, series)


def _deviance(x: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """x log(x / mean) + mean - x."""
    with np.errstate(over="ignore", invalid="ignore"):
        shift = (x - mean) / mean
        return mean * ((1 + shift) * np.log1p(shift) - shift)
