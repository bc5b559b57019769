"""Fit any scikit-learn classifier on class codes and read codes and confidences from it."""

from typing import Any

import numpy as np
from scipy import sparse
from sklearn.base import clone


class OneClass:
    """The model of a training set with one class only."""

    def __init__(self, code: int):
        self.classes_ = np.array([code])

    def predict(self, X: Any) -> np.ndarray:
        """That class, always."""
        return np.full(X.shape[0], self.classes_[0])


def fit(estimator: Any, X: Any, codes: np.ndarray) -> Any:
    """A fitted clone; a constant where ``codes`` hold one class, which many learners refuse."""
    if codes.min() == codes.max():
        return OneClass(int(codes[0]))
    return clone(estimator).fit(X, codes)


def predict(model: Any, X: Any) -> np.ndarray:
    """Predicted codes, shape (rows,)."""
    return np.asarray(model.predict(X)).astype(np.int64)


def class_scores(model: Any, X: Any, classes: int) -> np.ndarray:
    """A score for every class in [0, 1], rows summing to 1, shape (rows, K).

    Probabilities where the learner has them; else a softmax of its decision function, which
    orders rows by confidence but is no probability.
    """
    if isinstance(model, OneClass):
        return np.eye(classes)[predict(model, X)]
    if hasattr(model, "predict_proba"):
        own = np.asarray(model.predict_proba(X))
    elif hasattr(model, "decision_function"):
        own = _softmax(np.asarray(model.decision_function(X)))
    else:
        return np.eye(classes)[predict(model, X)]
    full = np.zeros((own.shape[0], classes))
    full[:, np.asarray(model.classes_).astype(np.int64)] = own
    return full


def _softmax(margin: np.ndarray) -> np.ndarray:
    if margin.ndim == 1:
        margin = np.stack([-margin, margin], axis=1)
    weights = np.exp(margin - margin.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def density(X: Any) -> int:
    """Numbers stored in X."""
    return int(X.nnz) if sparse.issparse(X) else int(np.prod(X.shape))
