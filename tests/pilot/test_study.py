"""The studies: what is stored survives a kill, and the lean learners are the real ones."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from relabel_lab.pilot.gain.measure import Plan
from relabel_lab.pilot.study.calibration import study
from relabel_lab.pilot.study.journal import Journal, run_missing
from relabel_lab.pilot.study.lean import LeanLogistic, LeanRidge
from relabel_lab.pilot.study.problems import problem
from relabel_lab.pilot.study.tables import report


def test_a_torn_line_is_done_again(tmp_path):
    journal, asked = Journal(tmp_path / "cells.jsonl"), []

    def work(name):
        asked.append(name)
        return {"value": len(name)}

    run_missing(journal, ["a", "bb"], work)
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-6])  # a kill in the middle of a write
    cells = run_missing(journal, ["a", "bb", "ccc"], work)
    assert asked == ["a", "bb", "bb", "ccc"]
    assert [cells[name]["value"] for name in ("a", "bb", "ccc")] == [1, 2, 3]
    assert run_missing(journal, ["a", "bb", "ccc"], work) == cells
    assert len(asked) == 4


def test_lean_ridge_is_ridge():
    rng = np.random.default_rng(0)
    for classes in (2, 4):
        X, y = rng.standard_normal((80, 6)), rng.integers(classes, size=80)
        X[:, 3] = 2.0
        lean = LeanRidge(3.0).fit(X, y)
        real = make_pipeline(StandardScaler(), RidgeClassifier(alpha=3.0)).fit(X, y)
        assert np.allclose(lean.decision_function(X), real.decision_function(X))


@pytest.mark.parametrize("C", [0.001, 10.0])
def test_lean_logistic_is_logistic(C):
    rng = np.random.default_rng(0)
    for classes in (2, 4):
        X, y = rng.standard_normal((80, 6)), rng.integers(classes, size=80)
        X[:, 3] = 2.0
        lean = LeanLogistic(C).fit(X, y)
        real = make_pipeline(StandardScaler(), LogisticRegression(C=C, tol=1e-9)).fit(X, y)
        assert np.abs(lean.decision_function(X) - real.decision_function(X)).max() < 1e-4


@pytest.mark.filterwarnings("ignore::relabel_lab.pilot.RetrainingWarning")
def test_one_problem_gives_a_whole_row_and_tables():
    number = next(
        k for k in range(200) if problem(k).n == 300 and problem(k).learner.name == "ridge:1"
    )
    cell = {"cell": f"problem-{number}", **study(problem(number), 2, Plan(repeats=2, seed=number))}
    again = study(problem(number), 2, Plan(repeats=2, seed=number))
    assert {**cell, "seconds": 0} == {"cell": cell["cell"], **again, "seconds": 0}
    gain = cell["gains"]["full"]["over_given"]
    assert gain["interval"][0] <= gain["estimate"] <= gain["interval"][1]
    assert gain["together"][0] <= gain["interval"][0]
    assert "nominal 95 %" in report([cell])
