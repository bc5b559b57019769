r"""Rounds of retraining on drawn data: true labels, features, flips and averages, nothing else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from relabel_lab.proofs_check.reference.rules import Rule, rule
from relabel_lab.proofs_check.reference.setting import Array, Setup

NUMBERS = 2_000_000  # of one block of data


class Path(NamedTuple):
    """Arrays [seeds, rounds + 1]."""

    kappa: Array
    label_accuracy: Array
    coverage: Array


class _Data(NamedTuple):
    x: Array
    y: Array
    given: Array


def draw(
    at: Setup, names: tuple[str, ...], rounds: int, seeds: int, root: object
) -> dict[str, Path]:
    """All schemes on the same data."""
    rng = np.random.default_rng(list(repr((at, root)).encode()))
    rules = [rule(name, at, rounds) for name in names]
    size = max(1, NUMBERS // (at.n * (at.r + 1)))
    found: dict[str, list[Path]] = {name: [] for name in names}
    for start in range(0, seeds, size):
        data = _data(at, min(size, seeds - start), rng)
        for each in rules:
            found[each.name].append(_path(at, each, data, rounds, rng))
    return {
        name: Path(*(np.concatenate(part) for part in zip(*parts, strict=True)))
        for name, parts in found.items()
    }


def _data(at: Setup, seeds: int, rng: np.random.Generator) -> _Data:
    shape = (seeds, at.n)
    y = np.where(rng.random(shape) < at.positive, 1.0, -1.0)
    m = at.margins(rng, shape)
    x = rng.standard_normal((*shape, at.r + 1))
    x[..., 1:] *= np.sqrt(at.spectrum)
    x[..., 0] = y * m * at.gamma  # mu is gamma times the first axis
    return _Data(x, y, np.where(rng.random(shape) < at.flip(m, y), -y, y))


def _train(data: _Data, f: Array) -> Array:
    return np.matmul(f[:, None, :], data.x)[:, 0, :] / f.shape[1]


def _scores(data: _Data, theta: Array) -> Array:
    return np.matmul(data.x, theta[:, :, None])[:, :, 0]


def _path(at: Setup, each: Rule, data: _Data, rounds: int, rng: np.random.Generator) -> Path:
    f = e = data.given
    theta = _train(data, f)
    points = [_point(at, theta, f, data.y)]
    for turn in range(rounds):
        if each.scores == "new":
            data = _data(at, len(f), rng)
        h = _held_out(data, f, each.folds) if each.folds > 1 else _scores(data, theta)
        believed = each.believe(turn, h, data.given, f, e)
        trained = each.trained(turn, believed, f)
        points.append(_point(at, _train(data, trained), trained, data.y))
        empty = np.all(
            trained == 0, axis=1
        )  # nothing selected: the model stays, its labels as well
        points[-1][0][empty] = points[-2][0][empty]
        e, f = (np.where(empty[:, None], *x) for x in ((e, believed), (f, trained)))
        theta = _train(data, f)
    return Path(*(np.stack(column, axis=-1) for column in zip(*points, strict=True)))


def _held_out(data: _Data, f: Array, folds: int) -> Array:
    """Scores by the model of the other folds."""
    member = np.arange(f.shape[1]) % folds
    h = np.empty_like(f)
    for k in range(folds):
        theta = _train(data, np.where(member == k, 0.0, f))
        h[:, member == k] = _scores(data, theta)[:, member == k]
    return h


def _point(at: Setup, theta: Array, f: Array, y: Array) -> tuple[Array, Array, Array]:
    used = f != 0
    count = used.sum(axis=1)
    right = (f * y > 0).sum(axis=1) / np.maximum(count, 1)
    noise = np.sqrt(theta[:, 1:] ** 2 @ at.spectrum)
    kappa = at.gamma * theta[:, 0] / np.where(count > 0, noise, 1.0)
    return kappa, np.where(count > 0, right, np.nan), count / f.shape[1]
