"""Other people's answers to noisy labels, for the same table."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.semi_supervised import SelfTrainingClassifier


class ConsensusSelfTraining(ClassifierMixin, BaseEstimator):
    """Self-training from the rows whose in-sample prediction is their given label.

    scikit-learn's SelfTrainingClassifier needs unlabelled rows; those that disagree with the
    first model are handed over without their label.
    """

    def __init__(self, estimator: Any):
        self.estimator = estimator

    def fit(self, X: Any, y: Any) -> Self:
        """Train, unlabel, self-train."""
        self.classes_, codes = np.unique(y, return_inverse=True)
        first = clone(self.estimator).fit(X, codes)
        partly = np.where(first.predict(X) == codes, codes, -1)
        self.model_ = SelfTrainingClassifier(clone(self.estimator)).fit(X, partly)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Labels."""
        return self.classes_[self.model_.predict(X)]


def rivals(estimator: Any) -> dict[str, Any]:
    """Unfitted rivals around the same learner; none where it has no probabilities to sort by."""
    if not hasattr(estimator, "predict_proba"):
        return {}
    from cleanlab.classification import CleanLearning

    found: dict[str, Any] = {"self-training": ConsensusSelfTraining(clone(estimator))}
    found["CleanLearning"] = _Clean(CleanLearning(clone(estimator), seed=0))
    return found


class _Clean:
    """CleanLearning wants codes 0…K−1, which these data have."""

    def __init__(self, model: Any):
        self.model = model

    def fit(self, X: Any, y: Any) -> Any:
        self.model.fit(X, np.asarray(y))
        return self.model
