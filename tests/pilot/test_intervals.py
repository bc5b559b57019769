"""Intervals against brute force: do they cover where rows and training sets both vary?"""

import numpy as np
import pytest

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.gain.intervals import by_parts, corrected_t, paired_rows, spread
from relabel_lab.pilot.gain.paired import paired_gain

pytestmark = pytest.mark.smoke


R, N, F = 6, 200, 5


def _drawn(rng, row, fold):
    """Differences with a part of each row, one of each training set, and one of each label."""
    folds = np.stack([rng.permutation(N) % F for _ in range(R)])
    base = row * rng.standard_normal(N)
    trained = fold * rng.standard_normal((R, F))
    own = rng.standard_normal((R, N))
    return base + np.take_along_axis(trained, folds, axis=1) + own, folds


def test_parts_of_the_variance():
    rng = np.random.default_rng(0)
    differences, folds = _drawn(rng, 1.0, 0.3)
    told = by_parts(differences, folds)
    means = np.array(
        [[d[f == k].mean() for k in range(F)] for d, f in zip(differences, folds, strict=True)]
    )
    rows = differences.mean(axis=0).var(ddof=1) / N
    repeats = differences.mean(axis=1).var(ddof=1) / R
    tau = means.var(axis=1, ddof=1).mean() - F * differences.var(axis=1, ddof=1).mean() / N
    assert told.variance == pytest.approx(rows + repeats + max(0, tau) / 2)
    assert told.estimate == pytest.approx(differences.mean())


def test_covers_where_the_naive_interval_does_not():
    rng = np.random.default_rng(1)
    hits = {"naive": 0, "ours": 0}
    runs = 300
    for _ in range(runs):
        differences, folds = _drawn(rng, 0.3, 0.35)
        intervals = {
            "naive": paired_rows(differences[:1]).interval(0.95),
            "ours": spread(differences, folds).interval(0.95),
        }
        for name, (low, high) in intervals.items():
            # A training set of the data in hand moves every fold's mean; the truth is 0.
            shift = 0.35 / np.sqrt(2) * rng.standard_normal()
            hits[name] += low <= shift <= high
    error = np.sqrt(0.05 * 0.95 / runs)
    assert hits["ours"] / runs > 0.95 - 3 * error
    assert hits["naive"] / runs < 0.9


def test_corrected_t():
    differences, folds = _drawn(np.random.default_rng(2), 0.3, 0.35)
    told = corrected_t(differences, folds)
    means = np.array(
        [d[f == k].mean() for d, f in zip(differences, folds, strict=True) for k in range(F)]
    )
    assert told.variance == pytest.approx((1 / (R * F) + 1 / (F - 1)) * means.var(ddof=1))
    assert told.df == R * F - 1


def test_the_wider_way_is_taken():
    rng, chosen = np.random.default_rng(3), set()
    for row, fold in [(1.0, 0.0), (0.0, 1.0)] * 5:
        differences, folds = _drawn(rng, row, fold)
        ways = {way: way(differences, folds).half_width(0.95) for way in (by_parts, corrected_t)}
        told = spread(differences, folds).half_width(0.95)
        assert told == max(ways.values())
        chosen.add(max(ways, key=ways.get))
    assert chosen == {by_parts, corrected_t}


def test_no_difference_is_no_certainty():
    folds = np.tile(np.arange(N) % F, (R, 1))
    low, high = spread(np.zeros((R, N)), folds, unit=2.0).interval(0.95)
    assert (low, high) == (-6.0 / N, 6.0 / N)


def test_paired_gain_is_unbiased_under_any_channel():
    """The mean over all ways to flip two rows is the true gain."""
    channel = Channel.from_matrix([[0.7, 0.2, 0.1], [0.05, 0.8, 0.15], [0.25, 0.1, 0.65]])
    truth, before, after = np.array([0, 2]), np.array([1, 2]), np.array([0, 0])
    total = 0.0
    for a in range(3):
        for b in range(3):
            chance = channel.matrix[0, a] * channel.matrix[2, b]
            total += chance * paired_gain(before, after, np.array([a, b]), channel).estimate
    assert total == pytest.approx(np.mean(after == truth) - np.mean(before == truth))


def test_different_rows_are_refused():
    codes = np.zeros(10, int)
    with pytest.raises(ValueError, match="same held-out rows"):
        paired_gain(codes, codes[:9], codes)
    with pytest.raises(ValueError, match="the same rows in one order"):
        paired_gain(codes, codes, codes, rows_before=range(10), rows_after=range(1, 11))
