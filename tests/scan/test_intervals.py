"""Intervals of a Bernoulli share cover as promised, also under continuous peeking."""

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from relabel_lab.scan.intervals import clopper_pearson, confidence_sequence, log_martingale
from tests.strategies import share_error

pytestmark = pytest.mark.smoke


ERROR = 0.05


def test_clopper_pearson_is_the_exact_interval():
    for s, n in [(0, 10), (3, 10), (10, 10), (431, 1000)]:
        lower, upper = clopper_pearson(np.array(s), np.array(n), ERROR)
        exact = binomtest(s, n).proportion_ci(1 - ERROR, method="exact")
        np.testing.assert_allclose([lower, upper], [exact.low, exact.high], atol=1e-12)


def test_ends_solve_the_martingale_equation():
    s, n = np.array([3.0, 40.0, 0.0, 7.0]), np.array([10.0, 90.0, 25.0, 7.0])
    lower, upper = confidence_sequence(s, n, ERROR)
    np.testing.assert_allclose(log_martingale(s[:2], n[:2], lower[:2]), -np.log(ERROR), rtol=1e-9)
    np.testing.assert_allclose(log_martingale(s[:3], n[:3], upper[:3]), -np.log(ERROR), rtol=1e-9)
    assert lower[2] == 0 and upper[3] == 1


def test_nothing_seen_excludes_nothing():
    lower, upper = confidence_sequence(np.zeros(1), np.zeros(1), ERROR)
    assert (lower[0], upper[0]) == (0, 1)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.9])
def test_martingale_has_mean_one(share):
    n = 60
    s = np.arange(n + 1.0)
    mean = np.sum(binom.pmf(s, n, share) * np.exp(log_martingale(s, np.full(n + 1, n), share)))
    np.testing.assert_allclose(mean, 1, rtol=1e-10)


@pytest.mark.parametrize("share", [0.05, 0.45, 0.5, 0.8])
def test_covers_at_all_times_together(share):
    """Peeking after every trial, up to 2000: misses stay below the error rate."""
    rng = np.random.default_rng(7)
    paths, horizon = 2000, 2000
    successes = np.cumsum(rng.random((paths, horizon)) < share, axis=1)
    trials = np.arange(1.0, horizon + 1)
    ever = (log_martingale(successes, trials, share) >= -np.log(ERROR)).any(axis=1)
    assert ever.mean() <= ERROR + 4 * share_error(ERROR, paths)
    assert ever.mean() >= ERROR / 20, "an interval that never misses is too wide"


def test_peeking_at_the_fixed_interval_would_fail():
    """Why the sequence is needed: the fixed-size interval misses too often under peeking."""
    rng = np.random.default_rng(8)
    successes = np.cumsum(rng.random((400, 1000)) < 0.5, axis=1)[:, 19::20]
    lower, upper = clopper_pearson(successes, np.arange(20.0, 1001, 20), ERROR)
    assert ((lower > 0.5) | (upper < 0.5)).any(axis=1).mean() > 2 * ERROR
