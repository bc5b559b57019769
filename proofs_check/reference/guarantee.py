r"""L of R15 a second time, in floating point: the events of paper_notes.md written out with SciPy.

Tail bounds are solved by root finding, intervals are pairs, and nothing is shared with
`relabel_lab.proofs_check.guarantee` but the theorem and its free constants.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln, i0e, log_ndtr, ndtr
from scipy.stats import norm

Array = np.ndarray
Pair = tuple[float, float]
LAMBDAS = np.array([0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0])
PIECES = 6


def binomial_edge(count: float, q: float, side: int, x: float) -> float:
    """Where the bound (i) on a share of ``count`` trials beyond y reaches exp(-x)."""
    if side < 0:
        return 1.0 - binomial_edge(count, 1.0 - q, 1, x)

    def missing(y: float) -> float:
        odds = np.log(y / q) - np.log((1 - y) / (1 - q))
        entropy = y * np.log(y / q) + (1 - y) * np.log((1 - y) / (1 - q))
        return x - count * entropy + np.log(i0e(count * y * (1 - y))) - np.log(-np.expm1(-odds))

    low, high = q + (1 - q) * 1e-12, 1 - 1e-15
    return 1.0 if missing(high) > 0 else float(brentq(missing, low, high, xtol=1e-16))


def radius_edge(degrees: int, side: int, x: float) -> float:
    """Where the bound (ii) on chi^2 / degrees beyond y reaches exp(-x)."""
    s = degrees / 2

    def missing(y: float) -> float:
        t = s * y
        left = t - max(s - 1, 0.0) if side > 0 else s - s * t / (s + 1)
        return x - (t - s * np.log(t) + gammaln(s) + np.log(left)) if left > 0 else x

    ends = (1.0, 1.0 + 60 * (x + 1)) if side > 0 else (1e-12, 1.0)
    if side < 0 and missing(1e-12) > 0:
        return 0.0
    return float(brentq(missing, *ends, xtol=1e-15))


def log_moment(u: float, scale: Array, c: float) -> Array:
    r"""\(\log E\exp(\lambda(\mathrm{sign}(g+u)-c)g)\) of (vi)."""
    up, low = scale * (1 - c), scale * (1 + c)
    right = up**2 / 2 + log_ndtr(up + u)
    return np.logaddexp(right, low**2 / 2 + log_ndtr(low - u))


def _cells(low: float, high: float, count: int) -> list[float]:
    return [low + (high - low) * i / count for i in range(count)] + [high]


def _times(a: Pair, b: Pair) -> Pair:
    products = [x * y for x, y in product(a, b)]
    return min(products), max(products)


def lower_bound(
    n: int, r: int, p: float, rho: float, delta: float, thresholds: int, cells: int
) -> float | None:
    """The number L of R15 for one choice of grids; None where it is not positive."""
    events = 11 + 4 * (thresholds + 1) + (thresholds + 1) ** 2
    x = float(np.log(events / delta))
    low, high = (2 * binomial_edge(n, 1 - p, side, x) - 1 for side in (-1, 1))
    inner, outer = (float(np.sqrt(radius_edge(r, side, x) * r / n)) for side in (-1, 1))
    a0, radius = (low, high), (inner, outer)
    if a0[0] <= 0 or radius[0] <= 0:
        return None
    found = min(_Event(n, r, p, rho, x, thresholds, (a0, radius)).over(cells))
    return found if found > 0 else None


class _Event:
    """The intersection of all events."""

    def __init__(
        self, n: int, r: int, p: float, rho: float, x: float, ends: int, ranges: tuple[Pair, Pair]
    ):
        self.n, self.rho, self.x = n, rho, x
        self.a0, self.radius = a0, radius = ranges
        self.drift = norm.isf(np.exp(-x)) / np.sqrt(n)
        self.fresh = radius_edge(r - 1, 1, x) * (r - 1) / n
        k = np.sqrt(r / n)
        a = rho * (1 - 2 * p) / k
        self.c = (1 - p) * (2 * ndtr(a + k) - 1) - p * (2 * ndtr(a - k) - 1)
        self.scales = np.sqrt(2 * x / n / max(1 - self.c**2, 1e-3)) * LAMBDAS
        sizes = n * (1 + a0[0]) / 2, n * (1 - a0[1]) / 2
        self.grids = [self._grid(_cells(*self._thresholds(s, a0, radius), ends)) for s in (1, -1)]
        self.bounds = [
            [
                (binomial_edge(size, ndtr(u), -1, x), binomial_edge(size, ndtr(u), 1, x))
                for u in grid
            ]
            for grid, size in zip(self.grids, sizes, strict=True)
        ]

    @staticmethod
    def _grid(ends: list[float]) -> list[float]:
        if ends[0] < 0 < ends[-1]:
            inner = min(range(1, len(ends) - 1), key=lambda i: abs(ends[i]))
            ends[inner] = 0.0
        return ends

    def _thresholds(self, s: int, a0: Pair, radius: Pair) -> Pair:
        kappa = sorted((s * self.rho * a0[0] / radius[1], s * self.rho * a0[1] / radius[0]))
        return radius[0] + kappa[0] - self.drift, radius[1] + kappa[1] + self.drift

    def over(self, cells: int) -> Iterator[float]:
        """The bound on every cell of a_0, R and of the share of the group of right labels."""
        for a0 in pairwise(_cells(*self.a0, cells)):
            for radius in pairwise(_cells(*self.radius, cells)):
                yield self._cell(a0, radius)

    def _cover(self, which: int, s: int, a0: Pair, radius: Pair) -> tuple[int, int]:
        low, high = self._thresholds(s, a0, radius)
        grid = self.grids[which]
        first = max((i for i, u in enumerate(grid) if u <= low + 1e-7), default=0)
        last = min((i for i, u in enumerate(grid) if u >= high - 1e-7), default=len(grid) - 1)
        return first, last

    def _cell(self, a0: Pair, radius: Pair) -> float:
        spans = [self._cover(i, s, a0, radius) for i, s in ((0, 1), (1, -1))]
        right, wrong = (
            (bound[first][0], bound[last][1])
            for bound, (first, last) in zip(self.bounds, spans, strict=True)
        )
        weights = ((1 + a0[0]) / 2, (1 + a0[1]) / 2), ((1 - a0[1]) / 2, (1 - a0[0]) / 2)
        near = [
            min(grid[first : last + 1], key=abs)
            for grid, (first, last) in zip(self.grids, spans, strict=True)
        ]
        most = self._mean(weights, near, 1.0)
        corners = product(*((grid[0], grid[-1]) for grid in self.grids))
        least = -max(self._mean(weights, corner, -1.0) for corner in corners)
        y = _times(weights[1], (2 * wrong[0] - 1, 2 * wrong[1] - 1))
        parts = pairwise(_cells(*right, PIECES))
        return min(self._piece(a0, radius, weights[0], part, y, most, least) for part in parts)

    def _mean(self, weights: tuple[Pair, Pair], ends: Sequence[float], side: float) -> float:
        logs = [log_moment(u, side * self.scales, self.c) for u in ends]
        worst = sum(np.maximum(w[0] * m, w[1] * m) for w, m in zip(weights, logs, strict=True))
        return float(np.min((self.x / self.n + worst) / self.scales))

    def _piece(
        self, a: Pair, r: Pair, weight: Pair, right: Pair, y: Pair, most: float, least: float
    ) -> float:
        low, high = (_times(weight, (2 * part - 1, 2 * part - 1)) for part in right)
        c_low, c_high = (low[0] + y[0], low[1] + y[0]), (high[0] + y[1], high[1] + y[1])
        stray = max(abs(self.c - c_low[0]), abs(self.c - c_high[1])) * self.drift
        up = _times(c_high, r)[1] + most + stray
        down = -(_times(c_low, r)[0] + least - stray)
        along = max(up, down)
        square = along**2 + (1 - max(c_low[0], 0.0) ** 2) * self.fresh
        gain = low[0] - y[1]
        return float(gain / max(a) * min(r) / np.sqrt(square)) if gain > 0 else gain
