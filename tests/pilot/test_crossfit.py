"""Cross-fitting: every prediction comes from a model that has not seen the row."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline

from relabel_lab.pilot.data import dataset
from relabel_lab.pilot.gain.crossfit import Crossfit
from relabel_lab.pilot.gain.folds import assign_folds
from relabel_lab.pilot.gain.measure import GIVEN, INITIAL, RETUNED, TUNED, Plan, measure
from relabel_lab.pilot.gain.tuning import search
from relabel_lab.pilot.learners import Learner, learner
from relabel_lab.pilot.study.lean import LeanRidge


class Memory(ClassifierMixin, BaseEstimator):
    """Knows the labels of the rows it was trained on, says 0 elsewhere; X is the row number."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.known_ = dict(zip(X[:, 0].astype(int).tolist(), np.asarray(y).tolist(), strict=True))
        return self

    def predict(self, X):
        return np.array([self.known_.get(int(row), 0) for row in X[:, 0]])


def _numbered(n=60):
    y = np.arange(n) % 2 + 0
    return dataset(np.arange(n, dtype=float)[:, None], y)


def test_no_prediction_of_a_seen_row():
    data = _numbered()
    fold = assign_folds(data, 5, np.random.default_rng(0))
    run = Crossfit(data, fold, [Memory()])
    assert (run.initial(0) == 0).all()
    # Full retraining labels training rows by memory; held-out rows stay unknown.
    assert (run.retrained(0, "full") == 0).all()
    assert (run.retrained(0, "consensus") == 0).all()


def test_cross_fitted_labels_are_out_of_fold():
    data = _numbered()
    fold = assign_folds(data, 5, np.random.default_rng(0))
    run = Crossfit(data, fold, [Memory()])
    inside = run.labels(0, "full", 2)
    assert (inside.codes == data.given[fold != 2]).all()
    outside = run.labels(0, "crossfit-full", 2)
    assert (outside.codes == 0).all()


def test_pair_models_are_trained_once():
    data = _numbered()
    run = Crossfit(data, assign_folds(data, 5, np.random.default_rng(0)), [Memory()])
    run.tuned_inside([0])
    assert run.fits == 5 * 4 / 2 + 5  # ten pairs and five outer models
    run.retrained(0, "crossfit-consensus")
    assert run.refusals == {"crossfit-consensus": 5}  # class 1 is never predicted


def test_folds_keep_equal_rows_together_and_classes_balanced():
    X = np.repeat(np.arange(30.0), 2)[:, None]
    data = dataset(X, np.repeat(np.arange(30) % 3, 2))
    fold = assign_folds(data, 5, np.random.default_rng(1))
    assert (fold[::2] == fold[1::2]).all()
    assert (np.bincount(fold) == 12).all()
    shares = np.array([np.bincount(data.given[fold == f], minlength=3) for f in range(5)])
    assert (shares == 4).all()


def test_search_finds_the_peak_of_a_smooth_path():
    scores = [0, 1, 2, 5, 4, 3, 2, 1, 1, 1, 1]
    asked = []
    best = search(lambda place: asked.append(place) or scores[place], len(scores))
    assert best == 3
    assert len(asked) <= 8 and len(set(asked)) == len(asked)


def _mixture(n=120, d=6, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=n)
    X = rng.standard_normal((n, d))
    X[:, 0] += 1.5 * y
    return dataset(X, np.where(rng.random(n) < 0.2, 1 - y, y))


def test_measure_is_reproducible_and_scores_the_same_rows():
    data, plan = _mixture(), Plan(repeats=2, seed=3)
    first, second = (measure(data, learner(LeanRidge(1.0)), plan) for _ in range(2))
    for key, codes in first.predictions.items():
        assert codes.shape == (2, data.n)
        assert (codes == second.predictions[key]).all()
    assert {(GIVEN, INITIAL), (TUNED, RETUNED)} <= set(first.predictions)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_frames_reach_learners_that_ask_for_columns_by_name(frame):
    data, plan = _mixture(), Plan(folds=3, repeats=2)
    names = [f"x{k}" for k in range(data.X.shape[1])]
    table = dataset(frame(dict(zip(names, data.X.T, strict=True))), data.given)
    by_name = make_pipeline(ColumnTransformer([("all", "passthrough", names)]), LeanRidge(1.0))
    assert np.array_equal(table.unit, data.unit)
    first, second = (
        measure(data, learner(LeanRidge(1.0)), plan),
        measure(table, learner(by_name), plan),
    )
    assert all((second.predictions[key] == codes).all() for key, codes in first.predictions.items())


def test_two_processes_give_the_numbers_of_one():
    data = _mixture()
    one, two = (measure(data, learner(LeanRidge(1.0)), Plan(repeats=2, jobs=j)) for j in (1, 2))
    assert all((one.predictions[key] == two.predictions[key]).all() for key in one.predictions)


def test_a_learner_without_a_path_is_not_tuned():
    measured = measure(_numbered(), Learner("memory", Memory(), ()), Plan(repeats=2))
    assert measured.same
    assert (TUNED, RETUNED) not in measured.predictions
