"""A learner on parts of one data set: fits on rows with labels, in-sample and out of fold."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import has_fit_parameter

from relabel_lab.pilot.checks import reject
from relabel_lab.pilot.retraining.rules import Rows


@dataclass(frozen=True)
class Learner:
    """An unfitted estimator with the data it is trained on.

    Attributes:
        template: cloned for every fit.
        X: n samples in any container that scikit-learn can index.
        classes: sorted labels; codes point into it.
        weight: sample weights, shape (n,), or None.
        params: further arguments of ``fit``; those of length n are cut like the rows.
        weight_name: the ``fit`` argument that carries weights, or None.
    """

    template: Any
    X: Any
    classes: np.ndarray
    weight: np.ndarray | None
    params: dict[str, Any]
    weight_name: str | None

    def __post_init__(self):
        if self.weight is not None and self.weight_name is None:
            learner = type(self.template).__name__
            raise reject("sample_weight", "given", f"None, as {learner}.fit takes no weights")

    @property
    def n(self) -> int:
        """How many samples."""
        return self.X.shape[0] if hasattr(self.X, "shape") else len(self.X)

    def tuned(self, parameters: dict[str, Any]) -> "Learner":
        """The same with these parameters of the estimator."""
        if not parameters:
            return self
        return replace(self, template=clone(self.template).set_params(**parameters))

    def weights(self) -> np.ndarray:
        """Sample weights, ones where none were given, shape (n,)."""
        return np.ones(self.n) if self.weight is None else self.weight

    def fit(self, rows: Rows) -> Any:
        """A clone of the template trained on these rows."""
        whole = len(rows.index) == self.n and rows.factor is None
        features = self.X if whole else _safe_indexing(self.X, rows.index)
        params = {name: self._cut(value, rows, whole) for name, value in self.params.items()}
        weight = self._weight(rows)
        if weight is not None:
            assert self.weight_name is not None  # seen to before any fit
            params[self.weight_name] = weight
        return clone(self.template).fit(features, self.classes[rows.labels], **params)

    def predict(self, model: Any, index: np.ndarray | None = None) -> np.ndarray:
        """Predicted codes of all samples, or of those at ``index``."""
        labels = np.ravel(model.predict(self._features(index)))
        return np.searchsorted(self.classes, labels)

    def confidence(self, model: Any, index: np.ndarray | None = None) -> np.ndarray:
        """Largest predicted probability, or the lead of the largest decision value."""
        features = self._features(index)
        if hasattr(model, "predict_proba"):
            return np.max(model.predict_proba(features), axis=1)
        if not hasattr(model, "decision_function"):
            raise TypeError(
                f"scheme confident needs predict_proba or decision_function, which "
                f"{type(model).__name__} has not"
            )
        scores = np.asarray(model.decision_function(features))
        if scores.ndim == 1:
            return np.abs(scores)
        best = np.sort(scores, axis=1)
        return best[:, -1] - best[:, -2]

    def label(self, model: Any, confident: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """Codes and, where asked for, confidences of all samples in sample."""
        return self.predict(model), self.confidence(model) if confident else None

    def label_out_of_fold(
        self, rows: Rows, splits: Iterable[tuple[np.ndarray, np.ndarray]], confident: bool
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The same, each sample from a model trained on ``rows`` outside its fold (R10)."""
        codes, sure = np.full(self.n, -1), np.zeros(self.n) if confident else None
        for train, test in splits:
            mask = np.zeros(self.n, dtype=bool)
            mask[train] = True
            model = self.fit(rows.within(mask))
            codes[test] = self.predict(model, test)
            if sure is not None:
                sure[test] = self.confidence(model, test)
        return codes, sure

    def _features(self, index: np.ndarray | None) -> Any:
        return self.X if index is None else _safe_indexing(self.X, index)

    def _cut(self, value: Any, rows: Rows, whole: bool) -> Any:
        sized = hasattr(value, "__len__") and not isinstance(value, str | dict)
        if whole or not sized or len(value) != self.n:
            return value
        return _safe_indexing(value, rows.index)

    def _weight(self, rows: Rows) -> np.ndarray | None:
        if self.weight is None:
            return rows.factor
        weight = self.weight[rows.index]
        return weight if rows.factor is None else weight * rows.factor


def weight_argument(estimator: Any) -> str | None:
    """The ``fit`` argument that carries sample weights, through pipelines to their last step."""
    if has_fit_parameter(estimator, "sample_weight"):
        return "sample_weight"
    if not isinstance(estimator, Pipeline):
        return None
    if get_config()["enable_metadata_routing"]:  # the steps themselves say who gets the weights
        return "sample_weight"
    name, last = estimator.steps[-1]
    inner = weight_argument(last)
    return None if inner is None else f"{name}__{inner}"
