"""Runs the arms with any learner; replicates (seeds) are a leading axis of every array.

The engine owns what arms have in common: which predictions label the samples (in-sample or from
other folds), which samples stay, and the keys.  Models that several arms share are fitted once.
Keys are derived from a replicate's key by the name of the fit, so that a replicate depends
neither on its batch nor on which other arms run; the last models of all arms share one key, which
pairs them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import jax
import numpy as np

from relabel_lab.experiments.arms import Arm

Predict = Callable[[Any], np.ndarray]
"""From inputs to log-probabilities [seeds, samples, K] of each replicate's model."""


class Learner(Protocol):
    """What an experiment brings: a way to train models on the training inputs."""

    def fit(
        self,
        features: Any,
        labels: np.ndarray,
        weights: np.ndarray,
        *,
        key: jax.Array,
        name: str,
        likelihood: np.ndarray | None = None,
    ) -> Predict:
        """Train one model a replicate.

        Args:
            features: inputs of n samples.
            labels: labels [seeds, n].
            weights: weights [seeds, n]; zero leaves a sample out.
            key: keys [seeds].
            name: name of the fit, unique within a cell; long trainings save themselves under it.
                Those of retrainings hold ``/round``, those of folds ``/fold``.
            likelihood: P(label | true = k), [seeds, n, K], for forward correction; else None.
        """

    def tuned(
        self, features: Any, labels: np.ndarray, weights: np.ndarray, *, key: jax.Array
    ) -> tuple["Learner", list[dict[str, Any]]]:
        """The learner with regularisation chosen on noisy held-out labels, and the choices made.

        One dictionary a replicate; held-out labels are the learner's own share of the noisy ones.
        """


@dataclass(frozen=True)
class Trained:
    """An arm's last model and what it was trained on.

    Attributes:
        predict: the last model.
        labels: labels [seeds, n] that it was trained on.
        kept: mask [seeds, n] of the samples that it was trained on.
        choices: choices made on noisy labels, one dictionary a replicate.
    """

    predict: Predict
    labels: np.ndarray
    kept: np.ndarray
    choices: list[dict[str, Any]] = field(default_factory=list)


def run_arms(
    arms: Sequence[Arm],
    learner: Learner,
    features: Any,
    given: np.ndarray,
    *,
    key: jax.Array,
    likelihood: np.ndarray | None = None,
) -> dict[str, Trained]:
    """Train every arm on given labels [seeds, n] with keys [seeds]; arms by name, in order.

    Arms with forward correction are left out where the likelihood is not known.
    """
    run = _Run(learner, features, given, key, likelihood)
    possible = [arm for arm in arms if likelihood is not None or not arm.forward]
    return {arm.name: run.arm(arm) for arm in possible}


class _Run:
    """One batch of replicates; a model that several arms need is trained once."""

    def __init__(
        self,
        learner: Learner,
        features: Any,
        given: np.ndarray,
        key: jax.Array,
        likelihood: np.ndarray | None,
    ) -> None:
        self.features, self.given, self.key, self.likelihood = features, given, key, likelihood
        self.learners: dict[bool, tuple[Learner, list[dict[str, Any]]]] = {False: (learner, [])}
        self.models: dict[str, Predict] = {}
        self.scores: dict[str, np.ndarray] = {}

    def arm(self, arm: Arm) -> Trained:
        """Every round of one arm."""
        self.learner, choices = self._learner(arm.tuned)
        likelihood = self.likelihood if arm.forward else None
        name, labels = first_name(arm), self.given
        kept = np.ones(labels.shape, dtype=bool)
        for number in range(1, arm.rounds + 1):
            scores = self._scores(name, labels, kept, arm.folds, likelihood)
            labels, kept = relabel(scores, self.given, arm.keep)
            name, likelihood = round_name(arm, number), None
        return Trained(self._fit(name, labels, kept, likelihood), labels, kept, choices)

    def _learner(self, tuned: bool) -> tuple[Learner, list[dict[str, Any]]]:
        if tuned not in self.learners:
            weights = np.ones(self.given.shape, dtype=np.float32)
            key = fold_names(self.key, "tune")
            learner = self.learners[False][0]
            self.learners[tuned] = learner.tuned(self.features, self.given, weights, key=key)
        return self.learners[tuned]

    def _scores(
        self,
        name: str,
        labels: np.ndarray,
        kept: np.ndarray,
        folds: int,
        likelihood: np.ndarray | None,
    ) -> np.ndarray:
        """Scores [seeds, n, K] of the training samples, in-sample or from the other folds."""
        if name not in self.scores:
            if folds == 1:
                told = self._fit(name, labels, kept, likelihood)(self.features)
            else:
                told = self._out_of_fold(name, labels, kept, folds, likelihood)
            self.scores[name] = told
        return self.scores[name]

    def _out_of_fold(
        self,
        name: str,
        labels: np.ndarray,
        kept: np.ndarray,
        folds: int,
        likelihood: np.ndarray | None,
    ) -> np.ndarray:
        part = fold_of(self.key, labels.shape[1], folds)
        scores: Any = 0.0
        for fold in range(folds):
            held = part == fold
            model = self._fit(f"{name}/fold{fold}", labels, kept & ~held, likelihood)
            scores = np.where(held[..., None], model(self.features), scores)
        return scores

    def _fit(
        self, name: str, labels: np.ndarray, kept: np.ndarray, likelihood: np.ndarray | None
    ) -> Predict:
        if name not in self.models:
            self.models[name] = self.learner.fit(
                self.features,
                labels,
                kept.astype(np.float32),
                key=fold_names(self.key, "fit"),
                name=name,
                likelihood=likelihood,
            )
        return self.models[name]


def first_name(arm: Arm) -> str:
    """Name of an arm's first model, or of its folds' models."""
    kind = f"{'tuned-' if arm.tuned else ''}{'forward' if arm.forward else 'given'}"
    return kind if arm.folds == 1 else f"{kind}-{arm.folds}"


def round_name(arm: Arm, number: int) -> str:
    """Name of an arm's model after a round: arms that differ only later share it."""
    return f"{first_name(arm)}/{arm.keep}/round{number}"


def relabel(scores: np.ndarray, given: np.ndarray, keep: str) -> tuple[np.ndarray, np.ndarray]:
    """Predicted labels [seeds, n] of scores [seeds, n, K], and the mask of samples that stay."""
    predicted = scores.argmax(axis=-1).astype(given.dtype)
    if keep == "all":
        return predicted, np.ones(given.shape, dtype=bool)
    agree = predicted == given
    if keep == "agreeing":
        return predicted, agree
    return predicted, most_confident(scores.max(axis=-1), agree.sum(axis=-1))


def most_confident(confidence: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Mask of the ``count`` [seeds] largest entries of each row of ``confidence`` [seeds, n]."""
    rank = np.argsort(np.argsort(-confidence, axis=-1, kind="stable"), axis=-1, kind="stable")
    return rank < count[..., None]


def fold_of(key: jax.Array, samples: int, folds: int) -> np.ndarray:
    """Number of the fold of each sample [seeds, samples]: random, sizes differ by one at most."""
    draw = jax.vmap(lambda k: jax.random.bits(k, (samples,)))
    order = np.argsort(np.asarray(draw(fold_names(key, "folds"))), axis=1, kind="stable")
    return np.argsort(order, axis=1) % folds


def fold_names(key: jax.Array, *names: str) -> jax.Array:
    """Keys [seeds] for a purpose, from the bytes of its name."""
    for name in names:
        number = int.from_bytes(name.encode()[:4].ljust(4), "big")
        key = jax.vmap(jax.random.fold_in, in_axes=(0, None))(key, number)
    return key


def accuracy_of(predict: Predict, features: Any, labels: np.ndarray) -> np.ndarray:
    """Share [seeds] of labels [n] or [seeds, n] that the models predict."""
    return (predict(features).argmax(axis=-1) == labels).mean(axis=-1)


def describe(arms: Sequence[Arm]) -> Mapping[str, str]:
    """One line an arm."""
    return {arm.name: arm.summary for arm in arms}
