r"""The two outer variables of R25: flips F ~ Bin(n, p) and \(R\), \(nR^2 \sim \chi^2_r\)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import polygamma

from relabel_lab.theory.finite.hard_labels.binomial import log_pmf
from relabel_lab.theory.finite.hard_labels.interpolate import averaged, averaged_smooth, between
from relabel_lab.theory.finite.hard_labels.lattice import REACH, thinned
from relabel_lab.theory.finite.hard_labels.setting import Setting

RADIUS_STEP = 0.75  # standard deviations of log R
STEEPEST = 1 / 3  # of that where n >> r: P(F, R) ends abruptly at a large R
FINEST = 8  # points of the interpolation for each node of R
FLIPS = 4000  # integers at which P(F) is read, at most
NEGLIGIBLE = 1e-9


class Outer(NamedTuple):
    """Nodes of F [A] and log R [B] with their laws, and finer points for interpolation.

    Attributes:
        flips, log_radius: nodes.
        flip_weight, radius_weight: trapezoid weights, each summing to 1.
        flips_fine, radius_fine: pairs of points and weights.
    """

    setting: Setting
    flips: np.ndarray
    flips_fine: tuple[np.ndarray, np.ndarray]
    log_radius: np.ndarray
    radius_weight: np.ndarray
    radius_fine: tuple[np.ndarray, np.ndarray]

    @property
    def grid(self) -> tuple[np.ndarray, np.ndarray]:
        """All pairs (F, R), each [A * B]."""
        flips, logs = np.meshgrid(self.flips, self.log_radius, indexing="ij")
        return flips.ravel(), np.exp(logs.ravel())

    @property
    def log_weight(self) -> np.ndarray:
        """Log-probability of each pair, the likeliest at 0, [A * B]."""
        setting = self.setting
        flips = log_pmf(self.flips, setting.n, setting.p)
        with np.errstate(divide="ignore"):
            radius = np.log(self.radius_weight)
        total = (flips[:, None] + radius).ravel()
        return total - total.max()

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Expectation of something smooth, [A * B, ...]."""
        table = values.reshape(self.flips.size, self.log_radius.size, *values.shape[1:])
        by_flips = np.tensordot(table, self.radius_weight, (1, 0))
        return averaged_smooth(self.flips, by_flips, *self.flips_fine)

    def probability(self, chance: np.ndarray, above: float = -np.inf) -> float:
        r"""Expectation of a conditional probability [A * B], which may be steep.

        Where ``above`` is given, of its product with the event \(a_0/R >\) above.
        """
        table = chance.reshape(self.flips.size, self.log_radius.size)
        points, weight = self.radius_fine
        a0 = 1 - 2 * self.flips / self.setting.n
        counted = weight[:, None] * (a0 > above * np.exp(points)[:, None])
        by_flips = np.sum(counted * between(self.log_radius, table.T, points), 0)
        points, weight = self.flips_fine
        none = points == 0  # its own node: with no flip hardly anything improves
        if self.flips[0] == 0 and self.flips.size > 2:
            rest = averaged(self.flips[1:], by_flips[1:], points[~none], weight[~none])
            return float(rest + weight[none].sum() * by_flips[0])
        return float(averaged(self.flips, by_flips, points, weight))


def outer(setting: Setting, step: float) -> Outer:
    """The nodes; ``step`` widens them."""
    flips, flips_fine = _flips(setting, step)
    log_radius, radius_weight, radius_fine = _radius(setting, step)
    return Outer(setting, flips, flips_fine, log_radius, radius_weight, radius_fine)


def _flips(setting: Setting, step: float) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    n, p = setting.n, setting.p
    mean, spread = n * p, np.sqrt(n * p * (1 - p))
    flips = thinned(n, mean, spread, step)
    flips = flips[_weights(flips, n, p) > NEGLIGIBLE]
    stride = max(1.0, np.floor(2 * REACH * spread / FLIPS))
    fine = np.arange(flips[0], flips[-1] + 1, stride)
    return flips, (fine, _weights(fine, n, p))


def _weights(flips: np.ndarray, n: int, p: float) -> np.ndarray:
    logs = log_pmf(flips, n, p)
    weight = np.exp(logs - logs.max())
    return weight / weight.sum()


def _radius(
    setting: Setting, step: float
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    r = setting.r
    spread = np.sqrt(polygamma(1, r / 2)) / 2
    width = RADIUS_STEP * step * spread * max(setting.crowding**-0.5, STEEPEST)
    low, high = -_below(r, spread), min(REACH * spread, 0.5 * np.log(1 + 40 / r + 9 / np.sqrt(r)))
    nodes = np.arange(low, high + width, width)
    fine = np.linspace(nodes[0], nodes[-1], FINEST * nodes.size)
    shift = 0.5 * np.log(r / setting.n)
    return (
        nodes + shift,
        _radius_weights(nodes, r),
        (fine + shift, _radius_weights(fine, r)),
    )


def _below(r: int, spread: float) -> float:
    """How far below its middle log R is followed: for P, or for the moments that exist."""
    order = {1: 0, 2: 1}.get(r, 2)
    return max(REACH * spread, np.log(1e5) / (r - order)) if r < 30 else REACH * spread


def _radius_weights(logs: np.ndarray, r: int) -> np.ndarray:
    """Probabilities of log R at even points, the middle at 0."""
    weight = r * logs - r / 2 * np.expm1(2 * logs)
    weight = np.exp(weight - weight.max())
    return weight / weight.sum()
