"""Choices on noisy labels: the candidate and the epoch whose model agrees best with held-out ones.

Agreement with noisy labels is accuracy up to an increasing linear map wherever flips do not depend
on the input (R14), so nothing but the labels at hand is needed to rank models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import numpy as np

from relabel_lab.experiments.training.progress import Watch
from relabel_lab.experiments.training.recipe import Plan, Recipe
from relabel_lab.experiments.training.training import Task, Training, fold, targets_of


@dataclass(frozen=True)
class Search:
    """How choices are made.

    Attributes:
        share: share of the samples held out.
        patience: epochs without a better agreement after which a path ends.
        to_end: whether no path is cut short and candidates are compared at the last epoch alone.
    """

    share: float = 0.2
    patience: int = 3
    to_end: bool = False

    def tired(self, history: list[dict[str, Any]]) -> bool:
        """Whether a path may end: no replicate has improved in the last ``patience`` epochs."""
        if self.to_end or not history:
            return False
        agreement = np.array([entry["held_out"] for entry in history])
        return bool((len(agreement) - 1 - agreement.argmax(axis=0) >= self.patience).all())

    def split(self, samples: int, key: jax.Array) -> tuple[np.ndarray, np.ndarray]:
        """Held-out sample numbers [seeds, m] and the mask [seeds, n] of the others."""
        count = max(1, round(self.share * samples))
        order = jax.vmap(lambda k: jax.random.permutation(k, samples))(fold(key, 0))
        held = np.asarray(order[:, :count], np.int32)
        others = np.ones((len(held), samples), dtype=bool)
        np.put_along_axis(others, held, False, axis=1)
        return held, others


def choose(
    search: Search,
    candidates: Sequence[Plan],
    task: Task,
    recipe: Recipe,
    features: np.ndarray,
    labels: np.ndarray,
    *,
    key: jax.Array,
    folder: Path | None,
    watch: Watch,
) -> tuple[Plan, list[dict[str, Any]]]:
    """The best plan of each replicate, its stop the best epoch, and how all candidates fared."""
    held, others = search.split(labels.shape[1], key)
    truth = np.take_along_axis(labels, held, axis=1)
    targets, paths = targets_of(labels, others), []
    for number, plan in enumerate(candidates):
        path = None if folder is None else folder / f"path{number}.saved"
        training = Training(task, recipe, plan, features, targets, key=fold(key, 1), path=path)
        paths.append(
            _follow(search, training, features, held, truth, watch, f"choice {number + 1}")
        )
    return _best(candidates, paths, to_end=search.to_end)


def _follow(
    search: Search,
    training: Training,
    features: np.ndarray,
    held: np.ndarray,
    truth: np.ndarray,
    watch: Watch,
    label: str,
) -> np.ndarray:
    """Agreement [seeds, epochs] with the held-out labels along one training."""
    with watch(label, training) as moved:
        while not training.finished and not search.tired(training.history):
            training.advance(moved)
            told = training.scores(features, held).argmax(axis=-1) == truth
            training.history[-1]["held_out"] = told.mean(axis=-1).round(5).tolist()
            training.save()
    return np.array([entry["held_out"] for entry in training.history]).T


def _best(
    candidates: Sequence[Plan], paths: list[np.ndarray], *, to_end: bool = False
) -> tuple[Plan, list[dict[str, Any]]]:
    """Each replicate's best candidate and epoch (the first of equals), or the last epoch."""
    stops = [_stops(path, to_end) for path in paths]
    seeds = np.arange(len(stops[0]))
    tops = np.array([path[seeds, stop - 1] for path, stop in zip(paths, stops, strict=True)])
    which = tops.argmax(axis=0)
    stop = [stops[c][s] for s, c in zip(seeds, which, strict=True)]
    best = Plan(
        np.array([candidates[c].rate[s] for s, c in zip(seeds, which, strict=True)], np.float32),
        np.array([candidates[c].decay[s] for s, c in zip(seeds, which, strict=True)], np.float32),
        np.array(stop, np.int32),
    )
    told = [
        {
            "tried": [
                {**plan.told()[s], "held_out": path[s].tolist()}
                for plan, path in zip(candidates, paths, strict=True)
            ],
            "chosen": best.told()[s],
        }
        for s in seeds
    ]
    return best, told


def _stops(path: np.ndarray, to_end: bool) -> np.ndarray:
    """Epochs [seeds] after which each replicate of a path [seeds, epochs] is stopped."""
    return np.full(len(path), path.shape[1]) if to_end else path.argmax(axis=1) + 1
