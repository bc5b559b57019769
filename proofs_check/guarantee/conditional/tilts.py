r"""Which cells, angles and tilts R15c is evaluated at: any choice is valid, a good one is tight.

Plain floats: nothing here is part of the proof.  `bound` takes the numbers as they are and bounds
every cell in balls.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr
from scipy.stats import binom, chi2

REACH = 3.4  # of the cells, in deviations
NEAR, GROWTH, ANGLES = 2.5, 3.0, 2  # half-width of the middle angle times sqrt(n), growth, a side
NEWTON = 5
STEPS = 81  # of the grid that moments are taken on
Array = np.ndarray


class Point(NamedTuple):
    """Where the half space touches: agreement c0 and w0 = chi-square / n, and the middle angle."""

    agreement: float
    fresh: float
    middle: float


class Rule(NamedTuple):
    r"""\(\bar\varphi_s(y) = \pm(ay + b_s) + \)slope\(\,y + \)level\(_s\), sign by y against [low, high].

    Entry 0 is the group s = +1.  ``fresh`` multiplies the chi-square.
    """

    a: float
    b: tuple[float, float]
    slope: float
    level: tuple[float, float]
    low: tuple[float, float]
    high: tuple[float, float]
    fresh: float


def cells(n: int, r: int, p: float, count: int) -> tuple[list[int], list[float]]:
    """Ends of the cells: the number of flips (the last end is not in a cell), and R."""
    levels = ndtr(np.linspace(-REACH, REACH, count + 1))
    flips = np.unique(np.append(binom.ppf(levels, n, p), binom.ppf(levels[-1], n, p) + 1))
    if flips[-1] - flips[0] <= count:
        flips = np.arange(flips[0], flips[-1] + 1)
    radius = np.sqrt(chi2.ppf(levels, r) / n)
    return [int(f) for f in flips], [float(x) for x in radius]


def touching(rho: float, a0: float, radius: float, p: float, nu: float, beta: float) -> Point:
    """Typical agreement, chi-square / n and angle of (Y, S) at given a_0 and R."""
    kappa = rho * a0 / radius
    right, wrong = radius + kappa, radius - kappa
    share = (1 + a0) / 2, (1 - a0) / 2
    c = sum(w * (2 * ndtr(t) - 1) for w, t in zip(share, (right, wrong), strict=True))
    density = [np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi) for t in (right, wrong)]
    b = 2 * sum(w * f for w, f in zip(share, density, strict=True))
    c = float(min(max(c, -0.999), 0.999))
    middle = np.arctan2((c + beta) * radius + b, np.sqrt((1 - c * c) * nu))
    return Point(c, nu, float(middle))


def angles(n: int, middle: float) -> list[tuple[float, float]]:
    """Ends of intervals that cover [-pi/2, pi/2], narrow about ``middle``."""
    half = NEAR / np.sqrt(n) * GROWTH ** np.arange(ANGLES)
    around = np.concatenate([middle - half[::-1], middle + half])
    ends = [-1.571, *around[(around > -1.5) & (around < 1.5)].tolist(), 1.571]
    wide = [(low, high) for low, high in zip(ends[:-1], ends[1:], strict=True)]
    return [part for low, high in wide for part in _halved(low, high)]


def _halved(low: float, high: float) -> list[tuple[float, float]]:
    """No interval is so wide that the cosine of its half says little."""
    if high - low <= 1:
        return [(low, high)]
    return [(low, (low + high) / 2), ((low + high) / 2, high)]


def tilt(rule: Rule, weight: tuple[float, float], n: int, nu: int, v: float) -> tuple[float, float]:
    r"""\(\lambda, \theta\) near the best ones given \(\bar y = v\): Newton on the log-moments."""
    g = np.linspace(-7, 7, STEPS)
    y, mass = v + g, np.exp(-(g**2) / 2)
    mass /= mass.sum()
    q = rule.a * y + np.array(rule.b)[:, None]
    above, below = (y > np.array(end)[:, None] for end in (rule.high, rule.low))
    turned = np.where(above, q, np.where(below, abs(q), -q))
    value = turned + rule.slope * y + np.array(rule.level)[:, None]
    tilts = _Tilts(value, g, mass, np.array(weight), rule.fresh, nu / n)
    at = np.array([1e-6, 0.0])
    best, gradient, curvature = tilts.at(at)
    for _ in range(NEWTON):
        step, length = -np.linalg.solve(curvature, gradient), 1.0
        while length > 1e-3:
            trial = at + length * step
            inside = 0 < trial[0] < 0.49 / max(rule.fresh, 1e-9)
            found = tilts.at(trial) if inside else None
            if found is not None and found[0] < best:
                at, (best, gradient, curvature) = trial, found
                break
            length /= 2
    return float(at[0]), float(at[1])


class _Tilts(NamedTuple):
    """Log-moments a sample, of both groups and of the chi-square."""

    value: Array
    g: Array
    mass: Array
    weight: Array
    fresh: float
    share: float

    def at(self, tilts: Array) -> tuple[float, Array, Array]:
        """Value, gradient and Hessian in (lambda, theta)."""
        slope, centre = tilts
        rest = 1 - 2 * slope * self.fresh
        total = -self.share / 2 * np.log(rest)
        gradient = np.array([self.share * self.fresh / rest, 0.0])
        curvature = np.diag([2 * self.share * (self.fresh / rest) ** 2, 1e-12])
        for weight, value in zip(self.weight, self.value, strict=True):
            power = slope * value + centre * self.g
            top = power.max()
            density = self.mass * np.exp(power - top)
            moment = density.sum()
            both = np.stack([value, self.g])
            mean = both @ density / moment
            total += weight * (np.log(moment) + top)
            gradient += weight * mean
            curvature += weight * ((both * density) @ both.T / moment - np.outer(mean, mean))
        return float(total), gradient, curvature
