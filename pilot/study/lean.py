"""Learners without the checks that cost more than their algebra; a study fits them a million times."""

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
        self.classes_, codes = _coded(y)
        target = np.where(codes[:, None] == np.arange(len(self.classes_)), 1.0, -1.0)
        if len(self.classes_) == 2:
            target = target[:, 1:]
        self.mean_, self.scale_ = _columns(X)
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


class LeanLogistic(ClassifierMixin, BaseEstimator):
    """Standardised columns, then multinomial logistic regression by damped Newton steps.

    The same classifier as ``make_pipeline(StandardScaler(), LogisticRegression(C=C))`` on dense
    finite features.  A step costs (K d)³, so it is for few features.
    """

    def __init__(self, C: float = 1.0):
        self.C = C

    def __sklearn_clone__(self) -> Self:
        """A copy without scikit-learn's look at the signature."""
        return type(self)(self.C)

    def fit(self, X: Any, y: Any) -> Self:
        """Minimise C Σ log-loss + ‖w‖²/2."""
        self.classes_, codes = _coded(y)
        self.mean_, self.scale_ = _columns(X)
        Z = _with_one((X - self.mean_) / self.scale_)
        hot = (codes[:, None] == np.arange(len(self.classes_))).astype(np.float64)
        if len(self.classes_) == 2:  # one vector of weights, as scikit-learn penalises it
            hot = hot[:, 1:]
        self.weights_ = _newton(Z, hot, self.C)
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """Scores [rows] for two classes, [rows, K] for more."""
        scores = _with_one((X - self.mean_) / self.scale_) @ self.weights_.T
        return scores[:, 0] if len(self.weights_) == 1 else scores

    def predict(self, X: Any) -> np.ndarray:
        """The class with the highest score."""
        scores = self.decision_function(X)
        best = scores > 0 if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes_[best.astype(np.int64)]


def _coded(y: Any) -> tuple[np.ndarray, np.ndarray]:
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError("one class, two or more are needed")
    return classes, codes


def _columns(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and scale of every column; a constant one keeps its own."""
    mean, scale = X.mean(axis=0), X.std(axis=0)
    return mean, np.where(scale > 1e-12 * np.abs(mean).clip(1e-300), scale, 1.0)


def _with_one(Z: np.ndarray) -> np.ndarray:
    return np.concatenate([Z, np.ones((len(Z), 1))], axis=1)


def _newton(Z: np.ndarray, hot: np.ndarray, C: float, most: int = 50) -> np.ndarray:
    """Weights [classes, d + 1], the last column an intercept without penalty."""
    weights = np.zeros((hot.shape[1], Z.shape[1]))
    value, shares = _loss(Z, hot, C, weights)
    for _ in range(most):
        slope = C * (shares - hot).T @ Z
        slope[:, :-1] += weights[:, :-1]
        if np.abs(slope).max() < 1e-6 * max(1.0, C):
            break
        step = np.linalg.solve(_hessian(Z, shares, C), slope.ravel()).reshape(weights.shape)
        length, fall = 1.0, float((slope * step).sum())
        while True:
            trial, after = _loss(Z, hot, C, weights - length * step)
            if trial <= value - 1e-4 * length * fall or length < 1e-6:
                break
            length /= 2
        weights, value, shares = weights - length * step, trial, after
    return weights


def _loss(
    Z: np.ndarray, hot: np.ndarray, C: float, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """The objective, and the probability of every column of ``hot``."""
    scores = Z @ weights.T
    penalty = 0.5 * float((weights[:, :-1] ** 2).sum())
    if hot.shape[1] == 1:
        loss = np.logaddexp(0.0, scores) - hot * scores
        return C * float(loss.sum()) + penalty, 1 / (1 + np.exp(-scores))
    top = scores.max(axis=1, keepdims=True)
    odds = np.exp(scores - top)
    total = odds.sum(axis=1, keepdims=True)
    loss = np.log(total) + top - (hot * scores).sum(axis=1, keepdims=True)
    return C * float(loss.sum()) + penalty, odds / total


def _hessian(Z: np.ndarray, shares: np.ndarray, C: float) -> np.ndarray:
    count, width = shares.shape[1], Z.shape[1]
    result = np.empty((count, width, count, width))
    for k in range(count):
        for j in range(k, count):
            curve = shares[:, k] * ((k == j) - shares[:, j])
            block = C * (Z * curve[:, None]).T @ Z
            result[k, :, j], result[j, :, k] = block, block
    flat = result.reshape(count * width, -1)
    ridge = np.ones((count, width))
    ridge[:, -1] = 1e-8  # intercepts of all classes may move together
    flat.flat[:: len(flat) + 1] += ridge.ravel()
    return flat
