"""Which integers to visit: every one of a narrow law, every k-th of a wide one (R25, step 6)."""

from __future__ import annotations

import numpy as np

EVERY = 3.4  # numbers of flips are visited one by one below this standard deviation
STRIDE = 0.75  # of a standard deviation, else; aliasing exp(-2 pi^2 / STRIDE^2)
COARSER = 0.9  # of a standard deviation, for numbers of changed labels
REACH = 5.3  # standard deviations covered
GOLDEN = 0.6180339887498949


def phases(number: int) -> np.ndarray:
    """Numbers in [0, 1) that fill it evenly, one for each of ``number`` rows."""
    return (GOLDEN * np.arange(1, number + 1)) % 1.0


def strides(spread: np.ndarray, step: float) -> np.ndarray:
    """Distance between visited numbers of changed labels of this standard deviation."""
    return np.maximum(np.floor(COARSER * step * spread), 1.0)


def windows(
    mean: np.ndarray, spread: np.ndarray, stride: np.ndarray, most: np.ndarray, phase: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Integers [rows, slots] around each mean in 0..most, and the log-weight of each.

    The weight is the stride, or nothing where the row has no such integer.

    Args:
        mean: of each row, as all that follow.
        spread: standard deviation.
        stride: distance between the integers visited.
        most: largest possible integer.
        phase: in [0, 1), where a row with a stride above 1 begins.
    """
    low = np.maximum(np.floor(mean - REACH * spread - 1), 0)
    high = np.minimum(np.ceil(mean + REACH * spread + 3), most)
    low = low + np.where(low + stride <= high, np.floor(phase * stride), 0)
    slots = int(np.max((high - low) // stride)) + 1
    values = low[:, None] + stride[:, None] * np.arange(slots)
    return values, np.where(values <= high[:, None], np.log(stride)[:, None], -np.inf)


def thinned(n: int, mean: float, spread: float, step: float) -> np.ndarray:
    """Numbers of flips to visit, increasing: the lattice, 0, and all integers near n / 2."""
    low = max(0.0, np.floor(mean - REACH * spread - 1))
    high = min(float(n), np.ceil(mean + REACH * spread + 3))
    stride = 1.0 if spread < EVERY / step else max(1.0, np.floor(STRIDE * step * spread))
    visited = np.arange(low, high + stride, stride)
    if stride > 1:
        near = _around(n, stride)
        clear = np.abs(visited - n / 2) > np.abs(near - n / 2).max()
        visited = np.concatenate([visited[clear], near])
    return np.unique(visited[(visited >= low) & (visited <= high)])


def _around(n: int, stride: float) -> np.ndarray:
    """All integers next to n / 2, then ever fewer until the stride is reached."""
    steps = [1.0] * 8
    while steps[-1] < stride:
        steps.append(np.ceil(1.3 * steps[-1]))
    away = np.cumsum(steps) - 1
    return np.concatenate([np.floor(n / 2) - away, np.ceil(n / 2) + away])
