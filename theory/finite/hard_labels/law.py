r"""R25: the law of one round of hard labels at constant margin, for any n and d, without drawing.

\(\hat\theta_1 + \beta\hat\theta_0\): \(\beta\) = 0 is full retraining, 1 consensus (R4).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from relabel_lab.theory.finite.hard_labels import chi_square
from relabel_lab.theory.finite.hard_labels.outer import Outer, outer
from relabel_lab.theory.finite.hard_labels.points import Points, points
from relabel_lab.theory.finite.hard_labels.setting import Fineness, Setting


class Direction(NamedTuple):
    r"""\(a\) and \(\|v\|^2 = s^2 + b\chi^2_\nu\) at every point; the same where no label changes."""

    a: np.ndarray
    along: np.ndarray
    across: np.ndarray


class HardLaw(NamedTuple):
    """Points of a problem and what they say of any mix."""

    outer: Outer
    points: Points

    @property
    def freedom(self) -> int:
        r"""\(\nu = r - 1\)."""
        return self.outer.setting.r - 1

    @property
    def a0(self) -> np.ndarray:
        """Signal of the initial model [O]."""
        flips, _ = self.outer.grid
        return (self.outer.setting.n - 2 * flips) / self.outer.setting.n

    @property
    def initial(self) -> np.ndarray:
        r"""\(\kappa_0/\rho\) [O]."""
        return self.a0 / self.outer.grid[1]

    @property
    def defect(self) -> float:
        """How far the probabilities are from summing to 1, on average."""
        return float(self.outer.mean(np.abs(self.points.total - 1)))

    def direction(self, mix: float) -> Direction:
        """Of the mixed model at every point; a and across are [N, 1]."""
        n, at = self.outer.setting.n, self.points
        radius = self.outer.grid[1][at.place]
        share = at.changed / n
        a = (1 + mix) * self.a0[at.place] - 2 * at.gained / n
        along = ((1 - 2 * share + mix) * radius)[:, None] + 2 * at.x / n
        return Direction(a[:, None], along, (4 * share * (1 - share) / n)[:, None])

    def unchanged(self, mix: float) -> np.ndarray:
        r"""\(\kappa_1/\rho\) where no label changes [O]; an empty selection keeps the model."""
        return self.initial if mix >= -1 else -self.initial

    def changed_exceeds(self, mix: float, level: np.ndarray) -> float:
        r"""P(some label changes and kappa > rho * level), the level [O] or a number."""
        level = np.broadcast_to(level, self.initial.shape)
        cell = 2 * self.points.cell / self.outer.setting.n
        chance = chi_square.exceeds(
            *self.direction(mix), level[self.points.place][:, None], self.freedom, cell
        )
        return self.outer.probability(self.points.gather(chance) / self.points.total)

    def exceeds(self, mix: float, level: float) -> float:
        """P(kappa > rho * level)."""
        still = self.points.untouched / self.points.total
        kept = self.outer.probability(still, level if mix >= -1 else -level)
        if mix < -1:  # the model that comes back is the initial one reversed
            kept = self.outer.probability(still) - kept
        return self.changed_exceeds(mix, np.asarray(level)) + kept

    def improves(self, mix: float) -> float:
        """P(kappa1 > kappa0); with no change they are equal, which is no improvement."""
        better = self.changed_exceeds(mix, self.initial)
        if mix >= -1:
            return better
        still = self.points.untouched / self.points.total
        return better + self.outer.probability(still) - self.outer.probability(still, 0.0)

    def moments(self, mix: float) -> np.ndarray:
        r"""E of \(\kappa_1/\rho\), its square and its product with \(\kappa_0/\rho\)."""
        at = self.direction(mix)
        value, weight = chi_square.nodes(self.freedom)
        inverse = np.zeros(at.along.shape)
        square = np.zeros(at.along.shape)
        for chi, chance in zip(value, weight, strict=True):
            one = 1 / (at.along**2 + at.across * chi)
            square += chance * one
            inverse += chance * np.sqrt(one)
        first = self._all(at.a * inverse, self.unchanged(mix))
        second = self._all(at.a**2 * square, self.unchanged(mix) ** 2)
        return self.outer.mean(np.stack([first, second, first * self.initial], 1))

    def _all(self, values: np.ndarray, still: np.ndarray) -> np.ndarray:
        """Conditional expectation given (F, R) [O]."""
        sums = self.points.gather(values) + self.points.untouched * still
        return sums / self.points.total


def hard_law(setting: Setting, fineness: Fineness) -> HardLaw:
    """Lay out the points of a problem."""
    nodes = outer(setting, fineness.step)
    return HardLaw(nodes, points(nodes, fineness))
