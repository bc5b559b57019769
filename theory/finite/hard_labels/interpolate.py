"""Averages of a probability known at a few nodes of a variable with a known law (R25, step 6)."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

SMALLEST = 1e-15


def averaged_smooth(
    nodes: np.ndarray, values: np.ndarray, points: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """As `averaged` for smooth values, by a cubic spline."""
    if nodes.size == 1:
        return weight.sum() * values[0]
    if nodes.size == points.size:
        return np.tensordot(weight, values, 1)
    from scipy.interpolate import CubicSpline  # slow to import

    return np.tensordot(weight, CubicSpline(nodes, values)(points), 1)


def averaged(
    nodes: np.ndarray, chance: np.ndarray, points: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Mean over ``points`` [P] with ``weight`` [P] of the chances [N, ...] known at ``nodes`` [N]."""
    return np.tensordot(weight, between(nodes, chance, points), 1)


def between(nodes: np.ndarray, chance: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Chances at ``points`` [P, ...], known at ``nodes`` [N, ...].

    Between nodes they are a monotone cubic on the probit scale, where a steep transition is
    nearly straight; beyond them they are those of the last node.
    """
    if nodes.size == 1:
        return np.repeat(chance[:1], points.size, 0)
    from scipy.interpolate import PchipInterpolator

    probit = ndtri(np.clip(chance, SMALLEST, 1 - SMALLEST))
    inside = np.clip(points, nodes[0], nodes[-1])
    return ndtr(PchipInterpolator(nodes, probit)(inside))
