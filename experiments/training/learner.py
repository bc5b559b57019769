"""Deep models as the learner that the arms train."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np

from relabel_lab.experiments.engine import Predict
from relabel_lab.experiments.training.progress import Watch
from relabel_lab.experiments.training.recipe import Plan, Recipe
from relabel_lab.experiments.training.search import Search, choose
from relabel_lab.experiments.training.training import Task, Training, targets_of


@dataclass(frozen=True)
class DeepLearner:
    """Trains a task's models by a recipe; a finished fit is kept, in memory and in ``folder``.

    Attributes:
        task: model and inputs.
        recipe: how every model is trained.
        plan: rate, decay and stop of each replicate.
        decays: weight decays among which ``tuned`` chooses, beside the epoch.
        search: how it chooses.
        folder: where trainings are saved; None saves nothing.
        watch: shows progress.
    """

    task: Task
    recipe: Recipe
    plan: Plan
    decays: Sequence[float]
    search: Search = Search()
    folder: Path | None = None
    watch: Watch = Watch()
    fitted: dict[str, Fitted] = field(default_factory=dict, compare=False, repr=False)

    def fit(
        self,
        features: np.ndarray,
        labels: np.ndarray,
        weights: np.ndarray,
        *,
        key: jax.Array,
        name: str,
        likelihood: np.ndarray | None = None,
    ) -> Predict:
        """One model a replicate, to its stop; ``name`` and the data given find a saved one."""
        targets = targets_of(labels, weights, likelihood)
        training = Training(
            self.task, self.recipe, self.plan, features, targets, key=key, path=self._file(name)
        )
        known = self.fitted.get(name)
        if known is None or known.training.digest != training.digest:
            self.fitted[name] = known = Fitted(_finish(training, self.watch, name))
        return known

    def tuned(
        self, features: np.ndarray, labels: np.ndarray, weights: np.ndarray, *, key: jax.Array
    ) -> tuple[DeepLearner, list[dict[str, Any]]]:
        """The learner with decay and stop chosen on a held-out share of the noisy labels."""
        return self._chosen(
            [self._with(decay=decay) for decay in self.decays], features, labels, key, "tune"
        )

    def with_rate(
        self,
        rates: Sequence[float],
        features: np.ndarray,
        labels: np.ndarray,
        *,
        key: jax.Array,
        to_end: bool = False,
    ) -> tuple[DeepLearner, list[dict[str, Any]]]:
        """The learner with rate and stop chosen on a held-out share of the noisy labels.

        With ``to_end`` the stop is the end of the schedule and the rate is the best one there.
        """
        candidates = [self._with(rate=rate) for rate in rates]
        return self._chosen(candidates, features, labels, key, "rate", to_end=to_end)

    def _chosen(
        self,
        candidates: list[Plan],
        features: np.ndarray,
        labels: np.ndarray,
        key: jax.Array,
        name: str,
        *,
        to_end: bool = False,
    ) -> tuple[DeepLearner, list[dict[str, Any]]]:
        plan, told = choose(
            replace(self.search, to_end=to_end),
            candidates,
            self.task,
            self.recipe,
            features,
            labels,
            key=key,
            folder=None if self.folder is None else self.folder / name,
            watch=self.watch,
        )
        return self.planned(plan), told

    def planned(self, plan: Plan) -> DeepLearner:
        """The same learner with another plan."""
        return DeepLearner(
            self.task, self.recipe, plan, self.decays, self.search, self.folder, self.watch
        )

    def _with(self, **changes: float) -> Plan:
        """The plan with fields the same for all replicates, to the last epoch."""
        seeds = len(self.plan.rate)
        arrays = {name: np.full(seeds, value, np.float32) for name, value in changes.items()}
        return self.plan._replace(stop=np.full(seeds, self.recipe.epochs, np.int32), **arrays)

    def _file(self, name: str) -> Path | None:
        return None if self.folder is None else self.folder / f"{name}.saved"


class Fitted:
    """Scores of a trained model; those of the last features asked for are remembered."""

    def __init__(self, training: Training):
        self.training = training
        self.known: list[tuple[np.ndarray, np.ndarray]] = []

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Log-probabilities [seeds, samples, K]."""
        for seen, scores in self.known:
            if seen is features:
                return scores
        scores = self.training.scores(features)
        self.known.append((features, scores))
        return scores


def _finish(training: Training, watch: Watch, label: str) -> Training:
    """Train to the stop, saving after every epoch."""
    with watch(label, training) as moved:
        while not training.finished:
            training.advance(moved)
            training.save()
    return training
