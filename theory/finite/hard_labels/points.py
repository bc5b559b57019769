r"""Everything a retrained model depends on, as weighted points (R25, steps 1-4 and 6).

Given F and R a label changes iff \(-\varepsilon_i > R \pm \rho a_0/R\).  A *row* is a pair of numbers of
changed labels, \(M_+\) among those given right and \(M_-\) among the flipped; a *point* adds the
sum X of \(-\varepsilon\) over the changed.  The samples are independent given that all
\(\varepsilon\) sum to zero, which the density of the unchanged at X takes care of.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from relabel_lab.theory.finite.hard_labels.binomial import log_pmf
from relabel_lab.theory.finite.hard_labels.lattice import EVERY, phases, strides, windows
from relabel_lab.theory.finite.hard_labels.outer import Outer
from relabel_lab.theory.finite.hard_labels.setting import Fineness
from relabel_lab.theory.finite.hard_labels.sums import EXACT, Gamma, Terms, log_density

FAINT = 15.0  # rows this far (in logarithm) below the likeliest of all are left out
LEAST = 7.0  # but none this close to the likeliest of their own (F, R)
CAUTION = 8.0  # most that the normal estimate may count against a row
SPREAD = 4.6  # deviations of X covered
FEWEST, DENSEST = 6, 256  # points a row


class Points(NamedTuple):
    r"""Rows [N] and points [N, J].

    Attributes:
        place: index of the row's (F, R).
        gained, changed: \(M_+ - M_-\) and \(M_+ + M_-\).
        x: sum over the changed of \(-\varepsilon\).
        cell: distance in x to the next point.
        weight: probability of a point given (F, R).
        untouched: probability given (F, R) that no label changes, [O].
    """

    place: np.ndarray
    gained: np.ndarray
    changed: np.ndarray
    x: np.ndarray
    cell: np.ndarray
    weight: np.ndarray
    untouched: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """Probability found for each (F, R) [O]; 1 but for the error of the rules."""
        return self.gather(np.ones_like(self.x)) + self.untouched

    def gather(self, values: np.ndarray) -> np.ndarray:
        """Sum of weight * values over the points of each (F, R), [O]."""
        rows = np.sum(self.weight * values, 1)
        return np.bincount(self.place, rows, self.untouched.size)


class Rows(NamedTuple):
    """Rows [N]: their (F, R), counts of changed and kept labels, log-probability of the counts."""

    place: np.ndarray
    changed: Terms
    kept: Terms
    log_weight: np.ndarray


def points(outer: Outer, fineness: Fineness) -> Points:
    """All rows and points of a problem."""
    rows, untouched = _rows(outer, fineness.step)
    budget = fineness.points * min(4.0, outer.setting.crowding)
    each = int(np.clip(budget / max(rows.place.size, 1), FEWEST, DENSEST))
    laws = Gamma.of(rows.changed.cumulants()), Gamma.of(rows.kept.cumulants())
    x, step = _placed(rows, laws, each)
    logs = log_density(rows.changed, laws[0], x) + log_density(rows.kept, laws[1], x)
    logs += (rows.log_weight + 0.5 * np.log(2 * np.pi * outer.setting.n))[:, None]
    plus, minus = rows.changed.counts
    return Points(rows.place, plus - minus, plus + minus, x, step, step * np.exp(logs), untouched)


def _rows(outer: Outer, step: float) -> tuple[Rows, np.ndarray]:
    n, rho = outer.setting.n, outer.setting.rho
    flips, radius = outer.grid
    pull = rho * (n - 2 * flips) / n / radius
    sizes, thresholds = np.stack([n - flips, flips]), np.stack([radius + pull, radius - pull])
    chances = ndtr(-thresholds)
    densities = np.exp(-(thresholds**2) / 2) / np.sqrt(2 * np.pi)
    first, second = _counts(n, sizes, chances, densities, step)
    logs = [
        log_stride + log_pmf(values, size[:, None], chance[:, None])
        for (values, log_stride), size, chance in zip((first, second), sizes, chances, strict=True)
    ]
    joint = logs[0][:, :, None] + logs[1][:, None, :]
    place, i, j = np.nonzero(joint > -700)
    counts = first[0][place, i], second[0][place, j]
    log_weight = joint[place, i, j]
    untouched = np.zeros(flips.size)

    kept = tuple(size[place] - count for size, count in zip(sizes, counts, strict=True))
    limits = tuple(t[place] for t in thresholds)
    changed_terms, kept_terms = Terms(counts, limits), Terms(kept, tuple(-t for t in limits))
    rows = Rows(place, changed_terms, kept_terms, log_weight)
    none = changed_terms.number == 0
    untouched[place[none]] = _untouched(n, _some(rows, none))
    rows = _some(rows, ~none & (kept_terms.number > 0))
    return _likely(rows, n, np.maximum(FAINT + outer.log_weight, LEAST)), untouched


def _counts(
    n: int, sizes: np.ndarray, chances: np.ndarray, densities: np.ndarray, step: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Numbers of changed labels to visit in both groups, [O, slots] each.

    Strides follow the deviation of one number given the other and sum(epsilon) = 0.
    """
    free = sizes * chances * (1 - chances)
    pull = sizes * densities / np.sqrt(n)
    tied = np.maximum(free - pull**2, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = np.where(tied[::-1] > 0, (pull[0] * pull[1]) ** 2 / tied[::-1], 0.0)
    alone = np.sqrt(np.maximum(tied - shared, 0))
    spread = np.sqrt(np.where(free < EVERY**2, free, np.maximum(1.2 * tied, EVERY**2)))
    stride, phase = strides(alone, step), phases(sizes.shape[1])
    turned = phase, phases(2 * phase.size)[phase.size :]
    return [
        windows(sizes[i] * chances[i], spread[i], stride[i], sizes[i], turned[i]) for i in (0, 1)
    ]


def _untouched(n: int, rows: Rows) -> np.ndarray:
    """Probability that no label changes: all the noise is in its place and sums to zero."""
    law = Gamma.of(rows.kept.cumulants())
    logs = log_density(rows.kept, law, np.zeros((rows.place.size, 1)))[:, 0]
    return np.exp(rows.log_weight + logs + 0.5 * np.log(2 * np.pi * n))


def _likely(rows: Rows, n: int, depth: np.ndarray) -> Rows:
    """Rows within ``depth`` [O] of the likeliest, by a normal estimate that both sums agree."""
    one, other = rows.changed.cumulants(), rows.kept.cumulants()
    variance = one.variance + other.variance
    apart = (one.mean - other.mean) ** 2 / (2 * variance)
    estimate = rows.log_weight - np.minimum(apart, CAUTION) + 0.5 * np.log(n / variance)
    best = np.full(depth.size, -np.inf)
    np.maximum.at(best, rows.place, estimate)
    return _some(rows, estimate > (best - depth)[rows.place])


def _placed(rows: Rows, laws: tuple[Gamma, Gamma], each: int) -> tuple[np.ndarray, np.ndarray]:
    """Points [N, each] and their widths, even in the cube root of the excess over the edge."""
    edge = np.maximum(_edge(rows.changed, laws[0]), _edge(rows.kept, laws[1]))
    variances = [law.deviation**2 for law in laws]
    total = variances[0] + variances[1]
    variance = variances[0] * variances[1] / total
    mean = (laws[0].mean * variances[1] + laws[1].mean * variances[0]) / total
    excess = np.maximum(mean - edge, 0.5 * np.sqrt(variance))
    shape = excess**2 / variance
    root = np.cbrt(excess)
    width = 2 * SPREAD / each
    z = -SPREAD + width * (np.arange(each) + phases(rows.place.size)[:, None])
    w = root * (1 - 1 / (9 * shape) + z / (3 * np.sqrt(shape)))
    step = np.where(w > 0, 3 * w**2, 0.0) * width * root / (3 * np.sqrt(shape))
    return edge + np.maximum(w, 0) ** 3, step


def _edge(terms: Terms, law: Gamma) -> np.ndarray:
    """Where the density that is used begins, [N, 1]."""
    return np.where((terms.number <= EXACT)[:, None], terms.edge[:, None], law.edge)


def _some(rows: Rows, chosen: np.ndarray) -> Rows:
    return Rows(
        rows.place[chosen],
        rows.changed.rows(chosen),
        rows.kept.rows(chosen),
        rows.log_weight[chosen],
    )
