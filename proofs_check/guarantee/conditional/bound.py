r"""R15c in balls: P(kappa > kappa0) is at least 1 less the sum of one exponential bound a cell.

Isotropic noise, constant margin, the direction \(\hat\theta_1+\beta\hat\theta_0\): full retraining
(0), consensus (1) and interpolated labels.  paper_notes.md states and proves the theorem; the names
here are its names.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import cos, pi, sin, sqrt

from flint import arb

from relabel_lab.proofs_check.balls import ball, cumulative, hull, precision
from relabel_lab.proofs_check.guarantee.conditional.tilts import (
    Point,
    Rule,
    angles,
    cells,
    tilt,
    touching,
)

SIGNS = (1, -1)  # of the given label, against the true one
CELLS = 16
PAD = 1e-9  # added to every float of a rule that must not be too small


@dataclass(frozen=True)
class Question:
    """The problem, and beta of the direction that is compared with the initial model."""

    n: int
    r: int
    p: Fraction
    rho: Fraction
    beta: Fraction = Fraction(0)


def chance(question: Question, count: int = CELLS) -> float:
    r"""A number that \(P(\kappa>\kappa_0)\) is at least; 0 where nothing is proved.

    Args:
        question: n >= 2, r >= 2.
        count: cells of F and of R.
    """
    with precision(80):
        return max(0.0, 1 - _bad(question, count))


def _bad(q: Question, count: int) -> float:
    flips, radius = cells(q.n, q.r, float(q.p), count)
    below_flips = [_flips_below(q, f) for f in flips]
    below_radius = [_radius_below(q, x) for x in radius]
    inside, bad = arb(0), arb(0)
    for (f1, f2), (p1, p2) in zip(pairwise(flips), pairwise(below_flips), strict=True):
        for (r1, r2), (c1, c2) in zip(pairwise(radius), pairwise(below_radius), strict=True):
            mass = (p2 - p1) * (c2 - c1)
            inside += mass
            bad += mass * Cell(q, f1, f2 - 1, r1, r2).bad()
    return float((1 - inside + bad).upper())


def _flips_below(q: Question, flips: int) -> arb:
    """P(F < flips)."""
    if flips <= 0:
        return arb(0)
    if flips > q.n:
        return arb(1)
    return ball(1 - q.p).beta_lower(arb(q.n - flips + 1), arb(flips), regularized=1)


def _radius_below(q: Question, radius: float) -> arb:
    return 1 - (arb(radius) ** 2 * q.n / 2).gamma_upper(arb(q.r) / 2, regularized=1)


@dataclass(frozen=True)
class Cell:
    """F from ``least`` to ``most``, R from ``inner`` to ``outer``."""

    q: Question
    least: int
    most: int
    inner: float
    outer: float

    def bad(self) -> arb:
        """Upper bound on P(no improvement | F, R) over the cell."""
        q = self.q
        low, high = 1 - 2 * self.most / q.n, 1 - 2 * self.least / q.n
        if low <= 0 or self.inner <= 0:
            return arb(1)
        middle = (low + high) / 2, (self.inner + self.outer) / 2
        nu = (q.r - 1) / q.n
        point = touching(float(q.rho), *middle, float(q.p), nu, float(q.beta))
        total = arb(0)
        for ends in angles(q.n, point.middle):
            total += self.half_space(self.rule(point, *ends, (low, high)))
            if total >= 1:
                return arb(1)
        return total

    def rule(self, point: Point, first: float, last: float, a0: tuple[float, float]) -> Rule:
        """The half space of one angle; floats rounded so that the event only grows."""
        q = self.q
        rho, beta = float(q.rho), float(q.beta)
        psi, reach = (first + last) / 2, cos((last - first) / 2) * (1 - PAD)
        up, c, w = max(cos(psi), 0.0) + PAD, point.agreement, point.fresh
        u = 1 - c * c
        turn, lift = sqrt(w / u) / 2, sqrt(u / w) / 2
        pull = reach * self.inner / a0[1] * (1 - PAD)
        low, high = rho * a0[0] / self.outer * (1 - PAD), rho * a0[1] / self.inner * (1 + PAD)
        right, flipped = (up * turn * (1 + c * c) * (1 + PAD) - s * pull * beta for s in SIGNS)
        return Rule(
            sin(psi),
            (-up * turn * 2 * c - pull, -up * turn * 2 * c + pull),
            beta * sin(psi),
            (right, flipped),
            (-high, low),
            (-low, high),
            up * lift * (1 + PAD),
        )

    def half_space(self, rule: Rule) -> arb:
        r"""Bound on \(P(\sum\bar\varphi + \)fresh\(\,\chi^2\ge0)\) given (F, R)."""
        q, nu = self.q, self.q.r - 1
        share = 1 - (self.least + self.most) / 2 / q.n
        middle = (self.inner + self.outer) / 2
        slope, centre = tilt(rule, (share, 1 - share), q.n, nu, middle)
        eta = arb(slope) * arb(rule.fresh)
        if not eta < 0.5:
            return arb(1)
        exponent = max(
            (self._exponent(rule, slope, centre, v, f).upper() for v in (self.inner, self.outer)
             for f in {self.least, self.most}),
            key=float,
        )  # fmt: skip
        exponent += arb(q.n) * (arb(self.outer) - arb(self.inner)) ** 2 / 8
        exponent -= arb(nu) / 2 * (1 - 2 * eta).log()
        return (exponent + self._crowding(rule, slope, centre).log()).exp()

    def _exponent(self, rule: Rule, slope: float, centre: float, v: float, flips: int) -> arb:
        """Log-moment of the sum given how many labels are flipped, y normal about v."""
        sizes = self.q.n - flips, flips
        logs = (moment(rule, s, arb(slope), arb(centre), arb(v))[0].log() for s in (0, 1))
        return sum((size * log for size, log in zip(sizes, logs, strict=True)), arb(0))

    def _crowding(self, rule: Rule, slope: float, centre: float) -> arb:
        """Largest density of the tilted sum of y, over its density without tilt."""
        v = hull(arb(self.inner), arb(self.outer))
        sizes = self.q.n - self.most, self.least
        inverse = arb(0)
        for s, size in zip((0, 1), sizes, strict=True):
            total, peak = moment(rule, s, arb(slope), arb(centre), v)
            inverse += size * (total / peak) ** 2
        return (4 * arb.pi() * self.q.n / inverse.lower()).sqrt()


def moment(rule: Rule, s: int, slope: arb, centre: arb, v: arb) -> tuple[arb, arb]:
    r"""\(E\,e^{\lambda\bar\varphi(v+g)+\theta g}\) in group s, and the largest value of its density."""
    low, high = arb(rule.low[s]) - v, arb(rule.high[s]) - v
    value, peaks = arb(0), []
    for sign, start, stop in _pieces(rule, s, low, high):
        alpha = slope * (sign * arb(rule.a) + rule.slope) + centre
        level = slope * (sign * (rule.a * v + rule.b[s]) + rule.slope * v + rule.level[s])
        part = arb(1) if stop is None else cumulative(stop - alpha)
        part -= arb(0) if start is None else cumulative(start - alpha)
        value += (level + alpha * alpha / 2).exp() * part
        beyond = [arb(0)]
        beyond += [] if start is None else [start - alpha]
        beyond += [] if stop is None else [alpha - stop]
        away = max(beyond, key=lambda x: float(x.lower())).lower().max(arb(0))
        peaks.append((level + alpha * alpha / 2 - away * away / 2).exp())
    inner = peaks[2] if len(peaks) == 3 else peaks[2] + peaks[3]  # both signs share a place
    peak = peaks[0].max(peaks[1]).max(inner)
    return value, peak / sqrt(2 * pi) * (1 + PAD)


def _pieces(rule: Rule, s: int, low: arb, high: arb) -> list[tuple[int, arb | None, arb | None]]:
    """Signs of q and where; between the thresholds both, unless q has one sign there."""
    ends = rule.a * arb(rule.low[s]) + rule.b[s], rule.a * arb(rule.high[s]) + rule.b[s]
    signs: tuple[int, ...] = (1, -1)
    if all(end >= 0 for end in ends):
        signs = (1,)
    elif all(end <= 0 for end in ends):
        signs = (-1,)
    return [(1, high, None), (-1, None, low), *((sign, low, high) for sign in signs)]


def least_proved(
    question: Question, start: int, delta: float = 0.05, most: int = 10**7, count: int = CELLS
) -> int | None:
    """A sample size, within 2 % of the smallest found, at which 1 - delta is proved; None above."""

    def enough(n: int) -> bool:
        q = Question(n, question.r, question.p, question.rho, question.beta)
        return chance(q, count) >= 1 - delta

    low, high = start, start
    while not enough(high):
        low, high = high, int(1.4 * high) + 1
        if high > most:
            return None
    while high > 1.02 * low + 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
