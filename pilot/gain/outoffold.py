"""One out-of-fold pass of a learner: a score for every class of every row, from models without it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.gain.fitting import class_scores, fit
from relabel_lab.pilot.gain.measure import Plan, fold_of


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Out-of-fold predictions.

    Attributes:
        scores: of every class, rows summing to 1, [n, K].
        fold: fold of each row, (n,).
    """

    scores: np.ndarray
    fold: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """Codes, (n,)."""
        return self.scores.argmax(axis=1)

    @property
    def confidence(self) -> np.ndarray:
        """Score of the predicted class, (n,)."""
        return self.scores.max(axis=1)


def out_of_fold(data: Dataset, estimator: Any, plan: Plan) -> OutOfFold:
    """Score every row by the model of the other folds."""
    fold = fold_of(data, plan, -10)
    scores = np.zeros((data.n, data.K))
    for f in range(plan.folds):
        inside = fold == f
        model = fit(estimator, data.take(~inside), data.given[~inside])
        scores[inside] = class_scores(model, data.take(inside), data.K)
    return OutOfFold(scores, fold)
