"""The probe's learner: logistic heads on fixed features, replicates × penalties at once.

Replicates run over seeds and, within a seed, over the path of penalties (R = seeds · penalties).
Inputs are columns of `with_intercept`.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.experiments.engine import Predict
from relabel_lab.experiments.probe.head import Heads, fit_heads, log_probabilities


@dataclass(frozen=True)
class HeldOut:
    """Noisy labels [replicates, m] of inputs that no model is trained on."""

    columns: jax.Array
    labels: np.ndarray

    def agreement(self, predict: Predict) -> np.ndarray:
        """Share [replicates] of the held-out labels that the models predict."""
        return (predict(self.columns).argmax(axis=-1) == self.labels).mean(axis=-1)


@dataclass(frozen=True)
class ProbeLearner:
    """Fits heads at the penalties of a path.

    Attributes:
        penalties: penalty of each replicate, [R].
        path: number of penalties P; replicates of one seed are neighbours.
        classes: number of classes K.
        held_out: noisy labels for choices.
        chosen: penalty [R], where it was chosen on noisy labels; else None.
        heads: every fit by name.
    """

    penalties: np.ndarray
    path: int
    classes: int
    held_out: HeldOut
    chosen: np.ndarray | None = None
    heads: dict[str, Heads] = field(default_factory=dict)

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
        """One head a replicate; the optimum is unique, so the key plays no part."""
        del key
        if self.chosen is not None:
            return predictor(self._tuned(name.removeprefix("tuned-")))
        target = indicator(labels, self.classes) if likelihood is None else columns_of(likelihood)
        known = self.heads.get("given")
        start = None if known is None or likelihood is not None else known.weights
        fitted = fit_heads(features, target, jnp.asarray(weights), self.penalties, start)
        self.heads[name] = fitted
        return predictor(fitted.weights)

    def _tuned(self, name: str) -> np.ndarray:
        """Heads of the chosen penalties: they lie on the path of the arm that is not tuned."""
        assert self.chosen is not None
        match = self.penalties.reshape(-1, self.path) == self.chosen.reshape(-1, self.path)
        place = np.arange(len(match)) * self.path + match.argmax(axis=1)
        return self.heads[name].weights[np.repeat(place, self.path)]

    def tuned(
        self, features: Any, labels: np.ndarray, weights: np.ndarray, *, key: jax.Array
    ) -> tuple["ProbeLearner", list[dict[str, Any]]]:
        """The penalty of largest agreement with the noisy held-out labels, seed by seed.

        Retraining keeps that penalty.  All its models lie on paths of the arms that are not tuned,
        which must have been fitted before.
        """
        del features, labels, weights, key
        predict = predictor(self.heads["given"].weights)
        agreement = self.held_out.agreement(predict).reshape(-1, self.path)
        best = self.penalties.reshape(-1, self.path)[
            np.arange(len(agreement)), agreement.argmax(axis=1)
        ]
        chosen = np.repeat(best, self.path)
        choices = [{"penalty": float(penalty)} for penalty in chosen]
        return replace(self, chosen=chosen), choices


def predictor(weights: np.ndarray) -> Predict:
    """From columns to log-probabilities [R, n, K] of heads [R, K, d + 1]."""

    def predict(columns: Any) -> np.ndarray:
        return np.asarray(log_probabilities(columns, weights).transpose(0, 2, 1))

    return predict


def indicator(labels: np.ndarray, classes: int) -> jax.Array:
    """Labels [R, n] as [R, K, n] of zeros and ones."""
    return jnp.asarray(np.arange(classes)[:, None] == labels[:, None, :], jnp.float32)


def columns_of(likelihood: np.ndarray) -> jax.Array:
    """[R, n, K] as [R, K, n]."""
    return jnp.asarray(np.ascontiguousarray(likelihood.transpose(0, 2, 1)), jnp.float32)
