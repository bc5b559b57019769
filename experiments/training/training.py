"""A training of one or several replicates: epochs, scores, checkpoints that resume bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import jax
import numpy as np

from relabel_lab.experiments.training.batches import epoch_batches, steps_of
from relabel_lab.experiments.training.checkpoint import digest, facts, load, save
from relabel_lab.experiments.training.devices import everywhere, mesh_for, split_batch
from relabel_lab.experiments.training.inputs import Inputs
from relabel_lab.experiments.training.losses import Targets
from relabel_lab.experiments.training.optimisation import shares_of_rate
from relabel_lab.experiments.training.recipe import Plan, Recipe
from relabel_lab.experiments.training.step import (
    Pace,
    State,
    frame_of,
    fresh_states,
    score_step,
    train_step,
)

SCORED = 256  # samples scored at once, rounded up to what the devices share evenly  # samples scored at once


@dataclass(frozen=True)
class Task:
    """What all trainings of an experiment share.

    Attributes:
        make: a fresh model from a key.
        inputs: from features to what the model sees.
        name: of model and inputs, for the fingerprint of checkpoints.
    """

    make: Callable[[jax.Array], Any]
    inputs: Inputs
    name: str


class Training:
    """Replicates in training, epoch by epoch; begins where the file at ``path`` ends."""

    def __init__(
        self,
        task: Task,
        recipe: Recipe,
        plan: Plan,
        features: np.ndarray,
        targets: Targets,
        *,
        key: jax.Array,
        path: Path | None = None,
    ):
        self.task, self.recipe, self.plan, self.path, self.key = task, recipe, plan, path, key
        self.weights, self.own_features = np.asarray(targets.weights), features
        self.mesh = mesh_for(recipe.batch)
        self.frame = frame_of(task.make, key[0])
        self.digest = self._digest(targets)
        self.epoch, self.history = 0, list[dict[str, Any]]()
        self.state = fresh_states(task.make, recipe, fold(key, 0))
        self._resume()
        place = partial(everywhere, mesh=self.mesh)
        self.state = place(self.state)
        self.features, self.targets = place(features), place(targets)

    @property
    def last(self) -> int:
        """The epoch after which every replicate has been stopped."""
        return int(self.plan.stop.max())

    @property
    def finished(self) -> bool:
        """Whether every replicate has been stopped."""
        return self.epoch >= self.last

    def advance(self, moved: Callable[[], None] = lambda: None) -> None:
        """Train one epoch; ``moved`` is called after each step."""
        keys = fold(self.key, 1 + self.epoch)
        batches = epoch_batches(self.weights, self.recipe.batch, key=fold(keys, 0))
        losses = [self._step(fold(keys, 1 + i), i, batch, moved) for i, batch in enumerate(batches)]
        mean = np.mean([np.asarray(loss, np.float64) for loss in losses], axis=0)
        self.epoch += 1
        self.history.append({"loss": mean.round(5).tolist()})

    def scores(self, features: np.ndarray, numbers: np.ndarray | None = None) -> np.ndarray:
        """Log-probabilities [seeds, m, K] of features at ``numbers`` [seeds, m] (all of them)."""
        if numbers is None:
            every = np.arange(len(features), dtype=np.int32)
            numbers = np.broadcast_to(every, (len(self.key), len(features)))
        count = numbers.shape[1]
        size = SCORED + -SCORED % self.mesh.size
        padded = np.pad(numbers, ((0, 0), (0, -count % size)), mode="edge")
        parts = np.split(padded, padded.shape[1] // size, axis=1)
        scores = [np.asarray(self._score(features[part])) for part in parts]
        return np.concatenate(scores, axis=1)[:, :count]

    def save(self) -> None:
        """Write the checkpoint; a finished training leaves the optimiser's memory behind."""
        if self.path is not None:
            told = {"digest": self.digest, "epoch": self.epoch, "history": self.history}
            save(self.path, self._saved(self.finished), {**told, "finished": self.finished})

    def _step(
        self, key: jax.Array, number: int, batch: np.ndarray, moved: Callable[[], None]
    ) -> jax.Array:
        """Step ``number`` of the epoch; the losses [seeds] before it."""
        share = self._shares[self.epoch * self.steps + number]
        live = np.asarray(self.epoch < self.plan.stop)
        self.state, losses = train_step(
            self.state,
            self.frame,
            self.recipe,
            self.task.inputs,
            self.features,
            self.targets,
            split_batch(batch, self.mesh),
            Pace(np.float32(share) * self.plan.rate, self.plan.decay, live),
            key,
        )
        moved()
        return losses

    def _score(self, batch: np.ndarray) -> jax.Array:
        """Log-probabilities [seeds, size, K] of one batch."""
        state = self.state._replace(memory=None)
        return score_step(
            state, self.frame, self.recipe, self.task.inputs, split_batch(batch, self.mesh)
        )

    @cached_property
    def steps(self) -> int:
        """Steps of an epoch."""
        return steps_of(self.weights.shape[1], self.recipe.batch)

    @cached_property
    def _shares(self) -> np.ndarray:
        return shares_of_rate(self.recipe, self.recipe.epochs * self.steps)

    def _digest(self, targets: Targets) -> str:
        told = [self.task.name, self.recipe.told(), self.plan.told()]
        data = [leaf for leaf in targets if leaf is not None]
        return digest(told, [*data, np.asarray(jax.random.key_data(self.key)), self.own_features])

    def _saved(self, finished: bool) -> State:
        return self.state._replace(memory=None) if finished else self.state

    def _resume(self) -> None:
        told = None if self.path is None else facts(self.path, digest=self.digest)
        if self.path is not None and told is not None:
            self.state = load(self.path, self._saved(told["finished"]))
            self.epoch, self.history = told["epoch"], told["history"]


def targets_of(
    labels: np.ndarray, weights: np.ndarray, likelihood: np.ndarray | None = None
) -> Targets:
    """Targets [seeds, n] in the types of training."""
    table = None if likelihood is None else np.asarray(likelihood, np.float32)
    return Targets(np.asarray(labels, np.int32), np.asarray(weights, np.float32), table)


@jax.jit
def _fold_many(keys: jax.Array, number: jax.Array) -> jax.Array:
    return jax.vmap(jax.random.fold_in, in_axes=(0, None))(keys, number)


def fold(keys: jax.Array, number: int) -> jax.Array:
    """Keys [seeds] folded with a number."""
    return _fold_many(keys, np.uint32(number))
