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

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import erf, sqrt

from flint import arb

from relabel_lab.proofs_check.balls import ball, hull, precision
from relabel_lab.proofs_check.guarantee.groups import FACTORS, Group, chernoff, group
from relabel_lab.proofs_check.guarantee.setup import Setup
from relabel_lab.proofs_check.guarantee.tails import SLACK, normal_quantile, share, squared_radius


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


def improvement(setup: Setup) -> float | None:
    r"""A number L > 0 with \(P(\kappa_1 \ge L\,\kappa_0) \ge 1-\delta\), improvement if L > 1.

    None where no positive L is certain enough: a denominator that is bounded above alone bounds
    nothing once the numerator is not known to be positive.
    """
    with precision(80):
        where = region(setup)
        if where.a0[0] <= 0 or where.a0[1] >= 1 or where.radius[0] <= 0:
            return None
        found = _over_cells(setup, where)
    return found if found > 0 else None


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
    plus = group(low + kappa[0], high + kappa[1], counts[0], scales, c, setup)
    minus = group(low - kappa[1], high - kappa[0], counts[1], scales, c, setup)
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
            chernoff(self.setup, self.scales, weights, above),
            -max(chernoff(self.setup, self.scales, weights, pair) for pair in below),
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
) -> float | None:
    """The best `improvement` over a few grids, each valid by itself; None if none is positive."""
    sizes = (2, 4, 8, 16)
    found = [improvement(Setup(n, r, p, rho, delta, size, min(size, 8))) for size in sizes]
    return max((bound for bound in found if bound is not None), default=None)


def least_certified(
    r: int, p: Fraction, rho: Fraction, delta: Fraction = Fraction(1, 20), most: int = 10**8
) -> int | None:
    """A sample size, near the smallest, at which improvement is certified; None above ``most``."""

    def improves(n: int) -> bool:
        return (certified(n, r, p, rho, delta) or 0.0) > 1

    low, high = 2, most
    if not improves(high):
        return None
    while high > 1.02 * low:
        middle = int(sqrt(low * high))
        low, high = (low, middle) if improves(middle) else (middle, high)
    return high
