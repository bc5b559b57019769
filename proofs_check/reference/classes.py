r"""K classes on drawn data: simplex means, flips, the averaging classifier, argmax; NumPy alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from relabel_lab.proofs_check.reference.drawn import Path
from relabel_lab.proofs_check.reference.setting import Array

Data = tuple[Array, Array, Array]
"""Samples, true and given labels."""


class ClassSetup(NamedTuple):
    """n samples, r noise dimensions, separation rho; T[true, given] of K rows, sigma = 1."""

    n: int
    r: int
    rho: float
    flips: tuple[tuple[float, ...], ...]

    @property
    def classes(self) -> int:
        """K."""
        return len(self.flips)


def even(n: int, r: int, rho: float, classes: int, p: float) -> ClassSetup:
    """Wrong labels with probability p, each alike."""
    matrix = np.full((classes, classes), p / (classes - 1))
    np.fill_diagonal(matrix, 1 - p)
    return ClassSetup(n, r, rho, tuple(map(tuple, matrix.tolist())))


def draw_classes(
    at: ClassSetup, schemes: tuple[str, ...], rounds: int, seeds: int, root: object
) -> dict[str, Path]:
    """Initial, full, consensus, crossfit and confident on the same data, arrays [seeds, rounds + 1]."""
    rng = np.random.default_rng(list(repr((at, root)).encode()))
    found: dict[str, list[Array]] = {name: [] for name in schemes}
    for _ in range(seeds):
        data = _data(at, rng)
        for name in schemes:
            found[name].append(_path(at, name, data, rounds))
    return {name: Path(*np.moveaxis(np.array(path), -1, 0)) for name, path in found.items()}


def _data(at: ClassSetup, rng: np.random.Generator) -> Data:
    """Samples [n, K + r], whose first K coordinates are the mean's, true and given labels."""
    y = rng.integers(at.classes, size=at.n)
    below = np.cumsum(np.array(at.flips), axis=1)[:, :-1]
    given = (rng.random(at.n)[:, None] >= below[y]).sum(axis=1)
    return np.hstack([_simplex(at)[y], rng.standard_normal((at.n, at.r))]), y, given


def _simplex(at: ClassSetup) -> Array:
    size = np.sqrt(at.rho * at.classes / (at.classes - 1))
    return size * (np.eye(at.classes) - 1 / at.classes)


def _path(at: ClassSetup, name: str, data: Data, rounds: int) -> Array:
    """Kappa, label accuracy and coverage of each round, [rounds + 1, 3]."""
    x, y, given = data
    label, used, told = given, np.ones(at.n, bool), []
    for _ in range(rounds + 1):
        theta = _train(at, x, label, used)
        told.append((_kappa(at, theta), np.mean((label == y)[used]), np.mean(used)))
        label, used = _relabelled(at, name, data, (label, used, theta))
    return np.array(told)


def _train(at: ClassSetup, x: Array, label: Array, used: Array) -> Array:
    return (np.eye(at.classes)[label] - 1 / at.classes)[used].T @ x[used] / at.n


def _relabelled(
    at: ClassSetup, name: str, data: Data, now: tuple[Array, Array, Array]
) -> tuple[Array, Array]:
    """The labels of the next round and which samples are used, [n] each."""
    (x, _, given), (label, used, theta) = data, now
    family, _, parameter = name.partition(":")
    if family == "initial":
        return label, used
    scores = x @ theta.T
    if family == "crossfit":
        fold = np.arange(at.n) % int(parameter)
        for k in range(int(parameter)):
            scores[fold == k] = x[fold == k] @ _train(at, x, label, used & (fold != k)).T
    found = np.argmax(scores, axis=1)
    if family == "consensus":
        return found, found == given
    if family == "confident":
        second, first = np.sort(scores, axis=1)[:, -2:].T
        return found, first - second >= np.quantile(first - second, 1 - float(parameter))
    return found, np.ones(at.n, bool)


def _kappa(at: ClassSetup, theta: Array) -> float:
    """Signal between two classes over the noise of their difference, on the average."""
    signal = np.trace(theta[:, : at.classes] @ _simplex(at))
    noise = np.sum(theta[:, at.classes :] ** 2)
    return signal / np.sqrt(2 * (at.classes - 1) * noise)
