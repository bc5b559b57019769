r"""R15: a guarantee at finite n, in balls: retraining improves with probability at least 1 - delta.

Isotropic noise, constant margin.  paper_notes.md states and proves the theorem; in short, R3 makes
everything a function of six independent ingredients, each confined by a tail bound near its exact
quantile, or by Chernoff's with its exact moment generating function, M events of probability at most
delta/M each:

- \(a_0\) below and above (binomial), \(nR^2\) below and above (\(\chi^2_r\)), \(\bar g\) on both
  sides (normal), \(\chi^2_{r-1}\) above;
- in the groups s = +1 and s = -1, at each end of a grid of thresholds u: the share of \(g_i>-u\)
  (above and below);
- at each pair of such ends, and for a constant \(c_*\), the mean over both groups of
  \((\mathrm{sign}(g_i+u)-c_*)g_i\) (above; below only at the outermost ends).

On the intersection \(\kappa_1/\kappa_0\) is bounded below on every cell of a grid over
\((a_0, R)\): the same \(a_0\) and R enter both, so nothing is lost by comparing extremes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import erf, log, sqrt

from flint import arb

from relabel_lab.proofs_check.balls import ball, cumulative, hull, precision, tail

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
        ends = self.thresholds + 1
        return 11 + 4 * ends + ends**2

    @property
    def budget(self) -> float:
        """Exponent x = log(M/delta) that -log of every tail bound must reach, rounded up."""
        return log(self.events / float(self.delta)) + SLACK


def _extend(rate: Callable[[arb], arb], start: float, step: float, wanted: float) -> float:
    """A point beyond ``start`` (in the direction of ``step``) where rate >= wanted, proved."""
    low, high = 0.0, 1.0
    while not rate(arb(start + step * high)) >= wanted:
        low, high = high, 2 * high
        if high > 1e12:
            raise ArithmeticError("no deviation is improbable enough")
    for _ in range(18):
        middle = (low + high) / 2
        low, high = (low, middle) if rate(arb(start + step * middle)) >= wanted else (middle, high)
    return start + step * high


def _share_rate(x: arb, q: arb, rest: arb, count: float) -> arb:
    r"""Lower bound on -log of the probability that a binomial share goes beyond x (away from q).

    Chernoff's tilt to x leaves \(E_x[e^{-\theta(S-Nx)}; S\ge Nx]\le\max_jP_x(S=j)/(1-e^{-\theta})\), and
    by Fourier inversion no value has more than \(e^{-V}I_0(V)\), \(V = Nx(1-x)\).
    """
    if not (x > 0 and x < 1):
        return arb("inf")
    up, low = (x / q).log(), ((1 - x) / rest).log()
    likeliest = (count * x * (1 - x)).bessel_i(0, scaled=True)
    factor = likeliest / (1 - (-abs(up - low)).exp())
    return count * (x * up + (1 - x) * low) - factor.log()


def share(q: arb, rest: arb, count: float, side: int, budget: float) -> float:
    """Bound on a binomial share; success probability q = 1 - rest; side +1 above, -1 below."""
    if q > rest:  # the rarer outcome keeps its digits
        mirrored = 1 - share(rest, q, count, -side, budget) + side * ROUNDING
        return min(1.0, max(0.0, mirrored))
    centre, width = float(q.mid()), sqrt(float((q * rest).mid()) / count) + 1 / count
    bound = _extend(lambda x: _share_rate(x, q, rest, count), centre, side * width, budget)
    return min(1.0, max(0.0, bound + side * SLACK * abs(bound)))


def _radius_rate(y: arb, degrees: int, side: int) -> arb:
    r"""Lower bound on -log of \(P(\chi^2_r\gtrless ry)\), from both tails of the gamma function.

    \(\Gamma(s,t)\le t^se^{-t}/(t-\max(s-1,0))\), \(\gamma(s,t)\le t^se^{-t}/(s-st/(s+1))\), s = r/2.
    """
    if not y > 0:
        return arb("inf")
    s = arb(degrees) / 2
    t = s * y
    factor = t - (s - 1).max(arb(0)) if side > 0 else s - s * t / (s + 1)
    return t - s * t.log() + s.lgamma() + factor.log() if factor > 0 else arb(0)


def squared_radius(degrees: int, n: int, side: int, budget: float) -> float:
    """Bound on chi^2_degrees / n."""
    width = side * sqrt(2 / degrees)
    bound = max(0.0, _extend(lambda y: _radius_rate(y, degrees, side), 1.0, width, budget))
    return bound * degrees / n * (1 + side * SLACK)


def normal_quantile(budget: float) -> float:
    r"""A number z with \(Q(z)\le e^{-budget}\)."""
    return _extend(lambda z: -tail(z).log(), 0.0, 1.0, budget) * (1 + SLACK)


FACTORS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0)


def _log_moment(u: arb, t: arb, c: arb) -> arb:
    r"""\(\log E\exp(t(\mathrm{sign}(g+u)-c)g)\), g standard normal, in closed form."""
    up, low = t * (1 - c), t * (1 + c)
    right = (up * up / 2).exp() * cumulative(up + u)
    return (right + (low * low / 2).exp() * cumulative(low - u)).log()


@dataclass(frozen=True)
class Group:
    """At the threshold grid of one group: ends u, shares below and above, log-moments.

    ``moments[j][l]`` belongs to end j and scale l, ``under[0][l]`` and ``under[1][l]`` to the first
    and last end and the negative of scale l.
    """

    u: list[float]
    low: list[float]
    high: list[float]
    moments: list[list[arb]]
    under: list[list[arb]]

    def cover(self, low: float, high: float) -> slice:
        """Indices of the grid ends that bracket [low, high]."""
        first = max(i for i, u in enumerate(self.u) if u <= low)
        last = min(i for i, u in enumerate(self.u) if u >= high)
        return slice(first, last + 1)

    def shares(self, low: float, high: float) -> tuple[float, float]:
        """Bounds on the share of g > -u, which rises with u."""
        part = self.cover(low, high)
        return self.low[part][0], self.high[part][-1]

    def largest(self, low: float, high: float) -> int:
        """The end at which g sign(g+u), which falls in |u| sample by sample, is largest."""
        part = self.cover(low, high)
        return min(range(part.start, part.stop), key=lambda j: abs(self.u[j]))


def _group(
    low: float, high: float, count: float, scales: list[float], c: float, setup: Setup
) -> Group:
    cells, x = setup.thresholds, setup.budget
    ends = [low + (high - low) * j / cells for j in range(cells)] + [high]
    if low < 0 < high:  # g sign(g+u) is largest at u = 0, which must be an end
        ends[min(range(1, cells), key=lambda j: abs(ends[j]))] = 0.0
    balls, centre = [arb(u) for u in ends], arb(c)
    return Group(
        ends,
        [share(cumulative(u), cumulative(-u), count, -1, x) for u in balls],
        [share(cumulative(u), cumulative(-u), count, +1, x) for u in balls],
        [[_log_moment(u, arb(t), centre) for t in scales] for u in balls],
        [[_log_moment(u, arb(-t), centre) for t in scales] for u in (balls[0], balls[-1])],
    )


def _chernoff(
    setup: Setup,
    scales: list[float],
    weights: tuple[arb, arb],
    moments: tuple[list[arb], list[arb]],
) -> float:
    """Upper bound on the joint mean whose log-moments are given (or on minus that mean)."""
    values = [
        (arb(setup.budget) / setup.n + weights[0] * plus + weights[1] * minus) / t
        for t, plus, minus in zip(scales, *moments, strict=True)
    ]
    return min(float(v.upper()) + SLACK * abs(float(v.mid())) for v in values)


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
    drift = normal_quantile(x) / sqrt(n) * (1 + SLACK)
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
        return _over_cells(setup, where)


def _over_cells(setup: Setup, where: Region) -> float:
    rho = float(setup.rho)
    kappa = (rho * where.a0[0] / where.radius[1], rho * where.a0[1] / where.radius[0])
    pad = where.drift + SLACK * (1 + kappa[1] + where.radius[1])
    c = _typical_agreement(setup)
    spread = max(1 - c * c, 1e-3)
    scales = [sqrt(2 * setup.budget / setup.n / spread) * factor for factor in FACTORS]
    counts = [setup.n * x * (1 - SLACK) for x in ((1 + where.a0[0]) / 2, (1 - where.a0[1]) / 2)]
    rim = pad + SLACK * (1 + kappa[1] + where.radius[1])  # cells must lie inside the grid
    low, high = where.radius[0] - rim, where.radius[1] + rim
    plus = _group(low + kappa[0], high + kappa[1], counts[0], scales, c, setup)
    minus = _group(low - kappa[1], high - kappa[0], counts[1], scales, c, setup)
    bounds = Bounds(setup, where, plus, minus, scales, c, pad)
    return min(
        bounds.cell(a0, radius)
        for a0 in _split(*where.a0, setup.cells)
        for radius in _split(*where.radius, setup.cells)
    )


def _typical_agreement(setup: Setup) -> float:
    """The limit of c: a good constant c_*, though any would do."""
    p, k = float(setup.p), sqrt(setup.r / setup.n)
    a = float(setup.rho) * (1 - 2 * p) / k
    return (1 - p) * erf((a + k) / sqrt(2)) - p * erf((a - k) / sqrt(2))


@dataclass(frozen=True)
class Bounds:
    """Everything that holds on the good event."""

    setup: Setup
    where: Region
    plus: Group
    minus: Group
    scales: list[float]
    c: float
    pad: float

    def cell(self, a0: tuple[float, float], radius: tuple[float, float]) -> float:
        """Lower bound on kappa_1 / kappa_0 over one cell of (a_0, R)."""
        rho, pad = float(self.setup.rho), self.pad
        kappa = (rho * a0[0] / radius[1], rho * a0[1] / radius[0])
        u_plus = (radius[0] + kappa[0] - pad, radius[1] + kappa[1] + pad)
        u_minus = (radius[0] - kappa[1] - pad, radius[1] - kappa[0] + pad)
        right, wrong = self.plus.shares(*u_plus), self.minus.shares(*u_minus)
        a, r = hull(arb(a0[0]), arb(a0[1])), hull(arb(radius[0]), arb(radius[1]))
        weights = (1 + a) / 2, (1 - a) / 2
        most, least = self.joint(weights, u_plus, u_minus)
        pieces = _split(*right, 6)
        return min(self.piece(a, r, weights, piece, wrong, most, least) for piece in pieces)

    def joint(
        self, weights: tuple[arb, arb], u_plus: tuple[float, float], u_minus: tuple[float, float]
    ) -> tuple[float, float]:
        """Bounds above and below on the mean of (tau_i - c_*) g_i."""
        j, i = self.plus.largest(*u_plus), self.minus.largest(*u_minus)
        above = self.plus.moments[j], self.minus.moments[i]
        below = [(plus, minus) for plus in self.plus.under for minus in self.minus.under]
        return (
            _chernoff(self.setup, self.scales, weights, above),
            -max(_chernoff(self.setup, self.scales, weights, pair) for pair in below),
        )

    def piece(
        self,
        a: arb,
        r: arb,
        weights: tuple[arb, arb],
        right: tuple[float, float],
        wrong: tuple[float, float],
        most: float,
        least: float,
    ) -> float:
        """Lower bound on the ratio while the share of right labels of group +1 is in ``right``."""
        low, high = (weights[0] * (2 * arb(x) - 1) for x in right)
        least_y, y = (weights[1] * (2 * arb(x) - 1) for x in wrong)
        c_low, c_high = low + least_y, high + y
        # b = mean (tau - c_*) g + (c_* - c) gbar
        stray = abs(self.c - hull(c_low, c_high)).upper() * self.where.drift
        along = (c_high * r + most + stray).max(-(c_low * r + least - stray))
        square = along * along + (1 - c_low.max(arb(0)) ** 2) * self.where.fresh
        ratio = (low - y) / a * r / square.sqrt()
        return float(ratio.lower()) - SLACK * abs(float(ratio.mid()))


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
