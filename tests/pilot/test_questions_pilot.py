"""What people ask about retraining, as small cases with the right answer (the report's side)."""

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.choose import judge
from relabel_lab.pilot.data import dataset
from relabel_lab.pilot.decision import ADOPT, UNDECIDED
from relabel_lab.pilot.findings import Settings, diagnose, investigate
from relabel_lab.pilot.gain import Plan, Scorer, gain_under, measure, table
from relabel_lab.pilot.learners import Learner, learner
from relabel_lab.pilot.study.lean import LeanRidge

PLAN = Plan(repeats=2)


def _rows(n, d, gap, seed, rare=0.5):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < rare).astype(int)
    X = rng.standard_normal((n, d))
    X[:, 0] += gap * (2 * y - 1)
    return X, y, rng


def _flipped(y, rng, p0, p1=None):
    return np.where(rng.random(len(y)) < np.where(y == 0, p0, p0 if p1 is None else p1), 1 - y, y)


def _pilot(X, given, rate, estimator, truth=None):
    channel = None if rate is None else Channel.from_flip_rate(rate, 2)
    """A pilot without a path to tune on, which is most of its time."""
    used = Learner("as given", estimator, ())
    return investigate(dataset(X, given, truth), channel, used, Settings(PLAN))


def test_pruned_data_gain_nothing_and_the_report_says_why():
    """The learner, the noise or the size? Here nearly nothing is left to mend."""
    X, y, rng = _rows(300, 5, 1.5, 0)
    found = _pilot(X, _flipped(y, rng, 0.01), 0.01, LeanRidge(1.0))
    assert found.verdict.decision != ADOPT
    told = diagnose(found)
    assert told.given_right == pytest.approx(0.99)
    assert told.predicted_right < told.given_right
    assert [line.split(":")[0] for line in told.lines] == ["labels", "learner", "rows"]
    assert "would make them worse" in told.lines[0]


def test_few_errors_and_no_visible_change_says_how_many_labels():
    X, y, rng = _rows(300, 15, 1.0, 1)
    found = _pilot(X, _flipped(y, rng, 0.075), 0.075, LeanRidge(1.0))
    assert found.verdict.decision == UNDECIDED
    assert found.verdict.more_labels is not None and found.verdict.more_labels > 0
    assert diagnose(found).detectable > 0.005


def test_a_student_can_beat_its_teacher_because_predictions_beat_labels():
    X, y, rng = _rows(500, 20, 2.0, 2)
    found = _pilot(X, _flipped(y, rng, 0.4), 0.4, LeanRidge(1.0))
    told = diagnose(found)
    assert told.predicted_right > told.given_right
    assert "right more often" in told.lines[0]
    # The explanation is true: held-out predictions are right more often than given labels.
    held_out = found.measured.predictions["given", "initial"]
    assert np.mean(held_out == y) > np.mean(found.data.given == y)


def test_a_wrong_rate_scales_the_gain_and_keeps_the_sign():
    X, y, rng = _rows(400, 30, 1.2, 3)
    data = dataset(X, _flipped(y, rng, 0.4))
    measured = measure(data, learner(LeanRidge(1.0)), PLAN)
    right, wrong = (
        judge(measured, Scorer(data, Channel.from_flip_rate(rate, 2)))[1] for rate in (0.4, 0.2)
    )
    for one, other in zip(right.candidates, wrong.candidates, strict=True):
        assert other.over_given.estimate == pytest.approx(one.over_given.estimate / 3)
        assert other.over_given.interval[0] == pytest.approx(one.over_given.interval[0] / 3)


def test_memorisation_is_shown_and_stopped():
    """In-sample accuracy stays near 1 over five rounds, held-out accuracy gains nothing."""
    X, y, rng = _rows(200, 10, 1.0, 4)
    found = _pilot(X, _flipped(y, rng, 0.35), 0.35, DecisionTreeClassifier(random_state=0))
    full = next(one for one in found.curves if one.scheme == "full")
    assert len(full.held_out) == 6 and full.stop == 0
    assert min(full.training) > 0.95
    assert full.held_out[5] < 0.95
    assert diagnose(found).memorisation > 0.2
    assert any("memorises noise" in line for line in diagnose(found).lines)


def test_asymmetric_flips_are_not_adopted_and_the_right_matrix_tells():
    X, y, rng = _rows(2500, 3, 0.6, 5)
    given = _flipped(y, rng, 0.4, 0.0)
    data = dataset(X, given)
    measured = measure(data, Learner("ridge", LeanRidge(1.0), ()), PLAN)
    verdict, _ = judge(measured, Scorer(data, None))
    assert verdict.decision != ADOPT
    matrix = np.array([[0.6, 0.4], [0.0, 1.0]])
    key, base = ("given", "full"), ("given", "initial")
    difference = table(measured, key, given, 2) - table(measured, base, given, 2)
    truth = np.mean(measured.predictions[key] == y) - np.mean(measured.predictions[base] == y)
    assert gain_under(difference, matrix) == pytest.approx(truth, abs=0.02)


def test_two_in_a_thousand_positives_vanish_and_the_report_says_so():
    X, y, rng = _rows(1500, 5, 0.5, 6, rare=0.002)
    y[:4] = 1
    found = _pilot(X, _flipped(y, rng, 0.001), 0.001, LeanRidge(1.0))
    assert found.verdict.decision != ADOPT
    assert any("vanish" in line for line in found.warnings)


def test_epsilon_64_flips_nothing_and_says_so():
    X, y, _ = _rows(200, 5, 1.0, 7)
    channel = Channel.from_epsilon(64.0, 2)
    found = investigate(
        dataset(X, y), channel, Learner("as given", LeanRidge(1.0), ()), Settings(PLAN)
    )
    assert any("nothing flips" in line for line in found.warnings)
    assert found.verdict.decision != ADOPT


def test_systematic_flips_forbid_adoption_until_rows_are_checked():
    X, y, _ = _rows(600, 5, 2.5, 8)
    near = np.argsort(np.abs(X[:, 0]))[:180]
    given = y.copy()
    given[near] = 1 - y[near]
    found = _pilot(X, given, 0.3, LeanRidge(1.0))
    assert found.verdict.decision == UNDECIDED and "systematic" in found.verdict.why
    assert found.sensitivity.rates
    checked = np.array([None] * 600, dtype=object)
    checked[::5] = y[::5]
    again = _pilot(X, given, 0.3, LeanRidge(1.0), checked)
    assert again.scorer.clean_only and again.gains.unit == "accuracy"
    assert "systematic" not in again.verdict.why
