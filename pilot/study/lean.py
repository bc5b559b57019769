"""Ridge without the checks that cost more than its algebra; a study fits it a million times."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin


class LeanRidge(ClassifierMixin, BaseEstimator):
    """Standardised columns, then least squares on ±1 targets with penalty ``alpha``.

    The same classifier as ``make_pipeline(StandardScaler(), RidgeClassifier(alpha))`` on dense
    finite features.
    """

    def __init__(self, alpha: float = 1.0):
        self.alpha = alpha

    def __sklearn_clone__(self) -> Self:
        """A copy without scikit-learn's look at the signature, a fifth of the study's time."""
        return type(self)(self.alpha)

    def fit(self, X: Any, y: Any) -> Self:
        """Solve the normal equations."""
        self.classes_, codes = np.unique(y, return_inverse=True)
        target = np.where(codes[:, None] == np.arange(len(self.classes_)), 1.0, -1.0)
        if len(self.classes_) == 2:
            target = target[:, 1:]
        self.mean_, scale = X.mean(axis=0), X.std(axis=0)
        self.scale_ = np.where(scale > 1e-12 * np.abs(self.mean_).clip(1e-300), scale, 1.0)
        Z = (X - self.mean_) / self.scale_
        gram = Z.T @ Z
        gram.flat[:: len(gram) + 1] += self.alpha
        self.intercept_ = target.mean(axis=0)
        self.coef_ = np.linalg.solve(gram, Z.T @ (target - self.intercept_))
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """Scores [rows] for two classes, [rows, K] for more."""
        scores = (X - self.mean_) / self.scale_ @ self.coef_ + self.intercept_
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict(self, X: Any) -> np.ndarray:
        """The class with the highest score."""
        scores = self.decision_function(X)
        best = scores > 0 if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes_[best.astype(np.int64)]
