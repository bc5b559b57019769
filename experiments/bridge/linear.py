"""The other learners on the probe's features: averaging and ridge, as the theory has them."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from relabel_lab.experiments.engine import Predict


@dataclass(frozen=True)
class Averaging:
    """Θ = (1/n) Σ wᵢ (e_label − 1/K) xᵢᵀ, prediction argmax Θx (R22).

    Attributes:
        classes: number of classes K.
    """

    classes: int

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
        """One mean a replicate; see `relabel_lab.experiments.engine.Learner`."""
        del key, name, likelihood
        target = targets(labels, self.classes) * weights[:, None, :]
        return scores_of(target @ features / features.shape[0])

    def tuned(
        self, features: Any, labels: np.ndarray, weights: np.ndarray, *, key: jax.Array
    ) -> Any:
        """Nothing to choose."""
        raise NotImplementedError("the averaging classifier has no regularisation to tune")


@dataclass(frozen=True)
class RidgeLearner:
    """Least squares on (e_label − 1/K): mean loss + (penalty/2)|Θ|², one penalty a replicate.

    Attributes:
        classes: number of classes K.
        penalties: penalty of each replicate, [R].
    """

    classes: int
    penalties: np.ndarray

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
        """One solve a replicate; equal weights share their Gram matrix."""
        del key, name, likelihood
        target = targets(labels, self.classes) * weights[:, None, :]
        moments = target @ features
        return scores_of(np.stack([self._solve(features, weights, moments, i)
                                   for i in range(len(labels))]))  # fmt: skip

    def _solve(
        self, features: np.ndarray, weights: np.ndarray, moments: np.ndarray, i: int
    ) -> np.ndarray:
        count = weights[i].sum()
        gram = (features * weights[i][:, None]).T @ features / count
        gram[np.diag_indices_from(gram)] += self.penalties[i]
        return np.linalg.solve(gram, moments[i].T / count).T

    def tuned(
        self, features: Any, labels: np.ndarray, weights: np.ndarray, *, key: jax.Array
    ) -> Any:
        """Its path is run penalty by penalty."""
        raise NotImplementedError("ridge is run along its whole path")


def targets(labels: np.ndarray, classes: int) -> np.ndarray:
    """e_label − 1/K, [R, K, n]."""
    hot = np.arange(classes)[:, None] == labels[:, None, :]
    return hot.astype(np.float32) - np.float32(1 / classes)


def scores_of(weights: np.ndarray) -> Predict:
    """From features [n, d] to scores [R, n, K] of Θ [R, K, d]."""

    def predict(features: Any) -> np.ndarray:
        return np.stack([features @ rows.T for rows in weights.astype(np.float32)])

    return predict
