"""Random or systematic: found where it can be, never claimed where it cannot."""

import numpy as np
import pytest

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import dataset
from relabel_lab.pilot.gain.measure import Plan
from relabel_lab.pilot.gain.outoffold import out_of_fold
from relabel_lab.pilot.noise import CANNOT_TELL, RANDOM, SYSTEMATIC, flip_rate, systematic
from relabel_lab.pilot.study.lean import LeanRidge

RATE = 0.3
CHANNEL = Channel.from_flip_rate(RATE, 2)


def _rows(n, seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=n)
    X = rng.standard_normal((n, 5))
    X[:, 0] += 2.5 * (2 * y - 1)
    return X, y, rng


def _tested(X, given, groups=None, channel=CHANNEL, seed=0):
    data = dataset(X, given)
    return systematic(data, channel, out_of_fold(data, LeanRidge(10.0), Plan(seed=seed)), groups)


def test_random_flips_are_hardly_ever_called_systematic():
    found = 0
    for seed in range(60):
        X, y, rng = _rows(300, seed)
        found += _tested(X, np.where(rng.random(300) < RATE, 1 - y, y)).verdict == SYSTEMATIC
    assert found <= 3 + 3 * np.sqrt(3)  # 5 % of 60, three standard errors


def test_flips_at_the_boundary_are_found():
    X, y, _ = _rows(800, 1)
    near = np.argsort(np.abs(X[:, 0]))[: int(RATE * 800)]
    given = y.copy()
    given[near] = 1 - y[near]
    tested = _tested(X, given)
    assert tested.verdict == SYSTEMATIC
    assert tested.findings[0].share > tested.findings[0].allowed[1]


def test_flips_of_one_group_are_found_and_named():
    X, y, rng = _rows(1500, 2)
    group = np.where(rng.random(1500) < 0.3, "new", "old")
    given = np.where((group == "old") & (rng.random(1500) < RATE / 0.7), 1 - y, y)
    tested = _tested(X, given, {"sensor": group})
    assert tested.verdict == SYSTEMATIC
    assert tested.findings[0].group == ("sensor", "new")


def test_power_decides_between_consistent_and_cannot_tell():
    for n, verdict in ((1500, RANDOM), (60, CANNOT_TELL)):
        X, y, rng = _rows(n, 3)
        tested = _tested(X, np.where(rng.random(n) < RATE, 1 - y, y))
        assert tested.verdict == verdict
        assert tested.power is not None and (tested.power >= 0.8) == (verdict == RANDOM)


def test_at_an_unknown_rate_nothing_is_claimed():
    X, y, _ = _rows(300, 4)
    assert _tested(X, y, channel=None).verdict == CANNOT_TELL


def test_a_stated_rate_that_is_too_high_is_contradicted():
    X, y, rng = _rows(800, 5)
    assert _tested(X, np.where(rng.random(800) < 0.05, 1 - y, y)).verdict == SYSTEMATIC


def test_rates_stated_counted_bounded():
    X, y, rng = _rows(400, 6)
    given = np.where(rng.random(400) < RATE, 1 - y, y)
    truth = np.array([None] * 400, dtype=object)
    truth[:200] = y[:200]
    assert flip_rate(dataset(X, given), CHANNEL, 0.6).value == pytest.approx(RATE)
    counted = flip_rate(dataset(X, given, truth), None, 0.6)
    assert counted.source == "counted"
    assert counted.interval[0] < RATE < counted.interval[1]
    bounded = flip_rate(dataset(X, given), None, 0.6)
    assert bounded.value is None and bounded.interval == (0.0, pytest.approx(0.4))
    wrong = flip_rate(dataset(X, given, truth), Channel.from_flip_rate(0.05, 2), 0.6)
    assert wrong.note is not None and "contradicts" in wrong.note
