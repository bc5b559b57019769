r"""Density of a sum of truncated normals, M of them above one threshold and N above another (R25).

One and two terms are exact.  From three on a shifted gamma law has the exact mean, variance and
third cumulant: it is exact for far tails, whose terms are exponential, and for thresholds at
\(-\infty\), whose terms are normal; in between its pointwise relative error is at most about
\(.026\,\mathrm{He}_4/K\), K terms.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from relabel_lab.theory.finite.hard_labels.truncated import Cumulants, cumulants, log_tail, summed

EXACT = 2  # terms up to which the density is exact
STRAIGHT = 1e-6  # skewness below which the gamma law is a normal one


class Terms(NamedTuple):
    """Numbers of terms of each kind [N] and the thresholds that they exceed [N]."""

    counts: tuple[np.ndarray, np.ndarray]
    thresholds: tuple[np.ndarray, np.ndarray]

    @property
    def number(self) -> np.ndarray:
        """Number of terms [N]."""
        return self.counts[0] + self.counts[1]

    @property
    def edge(self) -> np.ndarray:
        """What the sum exceeds [N]."""
        pairs = zip(self.counts, self.thresholds, strict=True)
        return np.sum([k * np.where(k > 0, t, 0) for k, t in pairs], axis=0)

    def cumulants(self) -> Cumulants:
        """Of the sum, [N]."""
        return summed(self.counts, tuple(cumulants(t) for t in self.thresholds))

    def rows(self, chosen: np.ndarray) -> Terms:
        """Some of the rows."""
        return Terms(*(tuple(x[chosen] for x in pair) for pair in self))


class Gamma(NamedTuple):
    """Shifted gamma laws in standard form: mean, deviation and skewness, each [N, 1]."""

    mean: np.ndarray
    deviation: np.ndarray
    skewness: np.ndarray

    @classmethod
    def of(cls, moments: Cumulants) -> Gamma:
        """The laws with these cumulants [N]."""
        deviation = np.sqrt(np.maximum(moments.variance, 1e-300))
        skewness = np.maximum(moments.third / deviation**3, STRAIGHT)
        return cls(moments.mean[:, None], deviation[:, None], skewness[:, None])

    @property
    def edge(self) -> np.ndarray:
        """Where the support begins, [N, 1]."""
        return self.mean - 2 * self.deviation / self.skewness

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """Log-density at x [N, J]; -inf below the edge."""
        shape = 4 / self.skewness**2
        tilt = self.skewness / 2 * (x - self.mean) / self.deviation
        above = tilt > -1
        tilt = np.where(above, tilt, 0.0)
        logs = np.log1p(tilt)
        inverse = 1 / shape
        correction = inverse / 12 - inverse**3 / 360 + inverse**5 / 1260  # of Stirling's formula
        value = shape * (logs - tilt) - logs - correction - np.log(self.deviation)
        return np.where(above, value - 0.5 * np.log(2 * np.pi), -np.inf)


def log_density(terms: Terms, gamma: Gamma, x: np.ndarray) -> np.ndarray:
    """Log-density of the sums at x [N, J]."""
    value = gamma.log_density(x)
    for number, exact in ((1, _one), (2, _two)):
        few = np.flatnonzero(terms.number == number)
        if few.size:
            value[few] = exact(terms.rows(few), x[few])
    return value


def _one(terms: Terms, x: np.ndarray) -> np.ndarray:
    threshold = np.where(terms.counts[0] == 1, *terms.thresholds)[:, None]
    value = -(x**2) / 2 - 0.5 * np.log(2 * np.pi) - log_tail(threshold)
    return np.where(x > threshold, value, -np.inf)


def _two(terms: Terms, x: np.ndarray) -> np.ndarray:
    first = np.where(terms.counts[0] > 0, *terms.thresholds)[:, None]
    second = np.where(terms.counts[1] > 0, *terms.thresholds[::-1])[:, None]
    high, low = np.sqrt(2) * (x / 2 - first), -np.sqrt(2) * (x / 2 - second)
    inside = _between(low, high)
    with np.errstate(divide="ignore"):
        value = np.log(inside) - x**2 / 4 - 0.5 * np.log(4 * np.pi)
    return np.where(high > low, value - log_tail(first) - log_tail(second), -np.inf)


def _between(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Chance of a standard normal between the two, without cancellation in the upper tail."""
    upper = low > 0
    return np.maximum(np.where(upper, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low)), 0.0)
