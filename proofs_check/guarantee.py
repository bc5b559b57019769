r"""R15: a guarantee at finite n, in balls: retraining improves with probability at least 1 - delta.

Isotropic noise, constant margin.  paper_notes.md states and proves the theorem; in short, R3 makes
everything a function of six independent ingredients, each confined by Chernoff's bound with its
exact moment generating function, M events of probability at most delta/M each:

- \(a_0\) below and above (binomial), \(nR^2\) below and above (\(\chi^2_r\)), \(\bar g\) on both
  sides (normal), \(\chi^2_{r-1}\) above;
- in the groups s = +1 and s = -1, at each end of a grid of thresholds u: the share of \(g_i>-u\)
  (above; for s = +1 also below) and the mean of \(g_i\,\mathrm{sign}(g_i+u)\) (above; below only
  where |u| is largest).

On the intersection \(\kappa_1/\kappa_0\) is bounded below on every cell of a grid over
\((a_0, R)\): the same \(a_0\) and R enter both, so nothing is lost by comparing extremes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import log, sqrt

from flint import arb

from proofs_check.balls import ball, cumulative, hull, precision

SLACK = 1e-9  # covers float rounding many times over
ROUNDING = 2.0**-51


@dataclass(frozen=True)
class Setup:
    """Problem, confidence and the two grids: J >= 2 threshold cells, G cells for a_0 and for R."""

    n: int
    r: int
    p: Fraction
    rho: Fraction
    delta: Fraction = Fraction(1, 20)
    thresholds: int = 4
    cells: int = 6

    @property
    def events(self) -> int:
        """How many events share delta."""
        return 9 + 5 * (self.thresholds + 1)

    @property
    def budget(self) -> float:
        """Exponent x = log(M/delta) that every Chernoff bound must reach, rounded up."""
        return log(self.events / float(self.delta)) + SLACK


def _extend(rate: Callable[[arb], arb], start: float, step: float, wanted: float) -> float:
    """A point beyond ``start`` (in the direction of ``step``) where rate >= wanted, proved."""
    low, high = 0.0, 1.0
    while not rate(arb(start + step * high)) >= wanted:
        low, high = high, 2 * high
        if high > 1e12:
            raise ArithmeticError("no deviation is improbable enough")
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if rate(arb(start + step * middle)) >= wanted else (middle, high)
    return start + step * high


def _divergence(x: arb, q: arb, rest: arb) -> arb:
    """Kullback-Leibler divergence of Bernoulli(x) from Bernoulli(q), rest = 1 - q."""
    if not (x > 0 and x < 1):
        return arb("inf")
    return x * (x / q).log() + (1 - x) * ((1 - x) / rest).log()


def share(q: arb, rest: arb, count: float, side: int, budget: float) -> float:
    """Bound on a binomial share; success probability q = 1 - rest; side +1 above, -1 below."""
    if q > rest:  # the rarer outcome keeps its digits
        mirrored = 1 - share(rest, q, count, -side, budget) + side * ROUNDING
        return min(1.0, max(0.0, mirrored))
    centre, width = float(q.mid()), sqrt(float((q * rest).mid()) / count) + 1 / count
    bound = _extend(lambda x: count * _divergence(x, q, rest), centre, side * width, budget)
    return min(1.0, max(0.0, bound + side * SLACK * abs(bound)))


def squared_radius(degrees: int, n: int, side: int, budget: float) -> float:
    """Bound on chi^2_degrees / n."""

    def rate(y: arb) -> arb:
        return arb("inf") if not y > 0 else (y - 1 - y.log()) * degrees / 2

    bound = max(0.0, _extend(rate, 1.0, side * sqrt(2 / degrees), budget))
    return bound * degrees / n * (1 + side * SLACK)


def alignment(u: arb, count: float, side: int, budget: float) -> float:
    r"""Bound on the mean of g sign(g+u) on one side, by its closed moment generating function."""

    def bound(scale: float) -> arb:
        t = arb(side * scale)
        spread = (cumulative(t + u) + cumulative(t - u)).log()
        return (arb(budget) / count + t * t / 2 + spread) / t

    start = sqrt(2 * budget / count)
    tries = [bound(start * factor) for factor in (0.5, 0.75, 1.0, 1.4, 2.0, 3.0)]
    ends = [
        float((side * value).upper()) + SLACK * (1 + abs(float(value.mid()))) for value in tries
    ]
    return side * min(ends)


@dataclass(frozen=True)
class Group:
    """Bounds at the threshold grid of one group: shares below and above, alignment above.

    ``least`` bounds the alignment from below over the whole grid.
    """

    u: list[float]
    low: list[float]
    high: list[float]
    align: list[float]
    least: float

    def cover(self, low: float, high: float) -> slice:
        """Indices of the grid ends that bracket [low, high]."""
        first = max(i for i, u in enumerate(self.u) if u <= low)
        last = min(i for i, u in enumerate(self.u) if u >= high)
        return slice(first, last + 1)

    def shares(self, low: float, high: float) -> tuple[float, float]:
        """Bounds on the share of g > -u, which rises with u."""
        part = self.cover(low, high)
        return self.low[part][0], self.high[part][-1]

    def alignment(self, low: float, high: float) -> float:
        """Upper bound on the mean of g sign(g+u), which falls in |u| sample by sample."""
        if low <= 0 <= high:
            return max(self.align)
        part = self.cover(low, high)
        return self.align[part][0] if low > 0 else self.align[part][-1]


def _group(low: float, high: float, count: float, setup: Setup) -> Group:
    cells, x = setup.thresholds, setup.budget
    ends = [low + (high - low) * j / cells for j in range(cells)] + [high]
    if low < 0 < high:  # the alignment is largest at u = 0, which must be an end
        ends[min(range(1, cells), key=lambda j: abs(ends[j]))] = 0.0
    balls = [arb(u) for u in ends]
    return Group(
        ends,
        [share(cumulative(u), cumulative(-u), count, -1, x) for u in balls],
        [share(cumulative(u), cumulative(-u), count, +1, x) for u in balls],
        [alignment(u, count, 1, x) for u in balls],
        alignment(arb(max(-low, high)), count, -1, x),
    )


def _split(low: float, high: float, cells: int) -> list[tuple[float, float]]:
    ends = [low + (high - low) * j / cells for j in range(cells)] + [high]
    return list(pairwise(ends))


@dataclass(frozen=True)
class Region:
    """Where a_0 and R lie, and how far gbar strays, on the good event."""

    a0: tuple[float, float]
    radius: tuple[float, float]
    drift: float
    fresh: float


def region(setup: Setup) -> Region:
    """The ingredients' ranges."""
    x, n, p = setup.budget, setup.n, setup.p
    low, high = (2 * share(ball(1 - p), ball(p), n, side, x) - 1 for side in (-1, 1))
    inner, outer = (squared_radius(setup.r, n, side, x) for side in (-1, 1))
    fresh = squared_radius(setup.r - 1, n, 1, x)
    drift = sqrt(2 * x / n) * (1 + SLACK)
    return Region(
        (low - SLACK * abs(low), high + SLACK * abs(high)),
        (sqrt(inner) * (1 - SLACK), sqrt(outer) * (1 + SLACK)),
        drift,
        fresh,
    )


def improvement(setup: Setup) -> float:
    r"""A number L with \(P(\kappa_1 \ge L\,\kappa_0) \ge 1-\delta\); improvement is certified if L > 1.

    Returns 0 where \(a_0 > 0\) itself is not certain enough.
    """
    with precision(80):
        where = region(setup)
        if where.a0[0] <= 0 or where.a0[1] >= 1 or where.radius[0] <= 0:
            return 0.0
        rho = float(setup.rho)
        kappa = [rho * where.a0[0] / where.radius[1], rho * where.a0[1] / where.radius[0]]
        pad = where.drift + SLACK * (1 + kappa[1] + where.radius[1])
        plus, minus = (
            _group(low, high, count, setup)
            for low, high, count in (
                (
                    where.radius[0] + kappa[0] - pad,
                    where.radius[1] + kappa[1] + pad,
                    setup.n * (1 + where.a0[0]) / 2 * (1 - SLACK),
                ),
                (
                    where.radius[0] - kappa[1] - pad,
                    where.radius[1] - kappa[0] + pad,
                    setup.n * (1 - where.a0[1]) / 2 * (1 - SLACK),
                ),
            )
        )
        return min(
            _cell(setup, where, plus, minus, a0, radius, pad)
            for a0 in _split(*where.a0, setup.cells)
            for radius in _split(*where.radius, setup.cells)
        )


def _cell(
    setup: Setup,
    where: Region,
    plus: Group,
    minus: Group,
    a0: tuple[float, float],
    radius: tuple[float, float],
    pad: float,
) -> float:
    """Lower bound on kappa_1 / kappa_0 over one cell of (a_0, R)."""
    rho = float(setup.rho)
    kappa = (rho * a0[0] / radius[1], rho * a0[1] / radius[0])
    u_plus = (radius[0] + kappa[0] - pad, radius[1] + kappa[1] + pad)
    u_minus = (radius[0] - kappa[1] - pad, radius[1] - kappa[0] + pad)
    right = plus.shares(*u_plus)
    wrong = minus.shares(*u_minus)[1]
    a_ball, r_ball = hull(arb(a0[0]), arb(a0[1])), hull(arb(radius[0]), arb(radius[1]))
    pi_plus, pi_minus = (1 + a_ball) / 2, (1 - a_ball) / 2
    y = 2 * arb(wrong) - 1
    drift = arb(where.drift)
    most = pi_plus * plus.alignment(*u_plus) + pi_minus * minus.alignment(*u_minus) + drift
    least = pi_plus * plus.least + pi_minus * minus.least - drift
    worst = float("inf")
    for low, high in _split(*right, 6):
        a1 = pi_plus * (2 * arb(low) - 1) - pi_minus * y
        c = pi_plus * (2 * arb(high) - 1) + pi_minus * y
        least_c = pi_plus * (2 * arb(low) - 1) - pi_minus
        along = (c * r_ball + most).max(-(least_c * r_ball + least))
        square = along * along + (1 - least_c.max(arb(0)) ** 2) * arb(where.fresh)
        ratio = a1 / a_ball * r_ball / square.sqrt()
        worst = min(worst, float(ratio.lower()) * (1 - SLACK))
    return worst


def certified(
    n: int, r: int, p: Fraction, rho: Fraction, delta: Fraction = Fraction(1, 20)
) -> float:
    """The best `improvement` over a few grid sizes, each of which is a valid bound by itself."""
    return max(
        improvement(Setup(n, r, p, rho, delta, size, min(size, 8))) for size in (2, 4, 8, 16)
    )


def least_certified(
    r: int, p: Fraction, rho: Fraction, delta: Fraction = Fraction(1, 20), most: int = 10**8
) -> int | None:
    """A sample size, near the smallest, at which improvement is certified; None above ``most``."""
    high = most
    if not certified(high, r, p, rho, delta) > 1:
        return None
    low = 2
    while high > 1.02 * low:
        middle = int(sqrt(low * high))
        low, high = (low, middle) if certified(middle, r, p, rho, delta) > 1 else (middle, high)
    return high
