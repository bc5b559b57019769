r"""Groups of samples of R15, right and wrong given labels, on a grid of thresholds."""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb

from relabel_lab.proofs_check.balls import cumulative
from relabel_lab.proofs_check.guarantee.setup import Setup
from relabel_lab.proofs_check.guarantee.tails import SLACK, share

FACTORS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0)


def log_moment(u: arb, t: arb, c: arb) -> arb:
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


def group(
    low: float, high: float, count: float, scales: list[float], c: float, setup: Setup
) -> Group:
    """The bounds (v) and moments (vi) of a group of ``count`` samples, thresholds in [low, high]."""
    cells, x = setup.thresholds, setup.budget
    ends = [low + (high - low) * j / cells for j in range(cells)] + [high]
    if low < 0 < high:  # g sign(g+u) is largest at u = 0, which must be an end
        ends[min(range(1, cells), key=lambda j: abs(ends[j]))] = 0.0
    balls, centre = [arb(u) for u in ends], arb(c)
    return Group(
        ends,
        [share(cumulative(u), cumulative(-u), count, -1, x) for u in balls],
        [share(cumulative(u), cumulative(-u), count, +1, x) for u in balls],
        [[log_moment(u, arb(t), centre) for t in scales] for u in balls],
        [[log_moment(u, arb(-t), centre) for t in scales] for u in (balls[0], balls[-1])],
    )


def chernoff(
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
