"""The mixture is accepted where it is true, refused where it is not, and never stretched."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_breast_cancer

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import dataset
from relabel_lab.pilot.fit import DOES_NOT_FIT, FITS, NOT_TRIED, fit_mixture, prediction
from relabel_lab.pilot.fit.mixture import estimate, shrink
from relabel_lab.pilot.fit.statistics import law, lean, scores, skewness
from tests.strategies import agrees

P, GAMMA = 0.25, 1.5
CHANNEL = Channel.from_flip_rate(P, 2)


def _mixture(n, d, seed, along=0.0, shape=None):
    rng = np.random.default_rng(seed)
    y = rng.choice([-1.0, 1.0], n)
    z = rng.standard_normal((n, d)) if shape is None else shape(rng, (n, d))
    z[:, 0] *= along
    z[:, 0] += GAMMA * y
    sign = np.where(rng.random(n) < P, -y, y)
    return z @ _rotation(d), sign, y


def _rotation(d):
    """No column may hold the mean alone: scaled columns would then be another mixture."""
    return np.linalg.qr(np.random.default_rng(d).standard_normal((d, d)))[0]


def _labelled(X, sign):
    return dataset(X, (sign > 0).astype(int))


def test_estimates_are_near_the_truth():
    rho, along, size = [], [], 30
    for seed in range(size):
        X, sign, _ = _mixture(1000, 40, seed, along=1.0)
        fitted = estimate(X, sign, P)
        rho.append(fitted.rho)
        along.append(fitted.along)
    assert agrees(rho, GAMMA**2, errors=3) and agrees(along, 1.0, errors=3)


def test_shrinking_makes_the_second_moment_unbiased():
    rng = np.random.default_rng(0)
    true = np.linspace(0.5, 2.0, 50)
    drawn = []
    for _ in range(40):
        values = np.linalg.eigvalsh(np.cov((rng.standard_normal((80, 50)) * np.sqrt(true)).T))
        drawn.append((shrink(values[::-1], 80) ** 2).sum())
    assert agrees(drawn, (true**2).sum(), errors=3)


def test_in_sample_scores_lean_as_predicted():
    X, sign, _ = _mixture(600, 200, 1)
    fitted = estimate(X, sign, P)
    held_out, in_sample = scores(X, sign, fitted)
    assert in_sample.mean() - held_out.mean() == pytest.approx(lean(fitted), rel=0.05)


def test_score_law_and_skewness_of_a_true_mixture():
    rng = np.random.default_rng(2)
    right = np.where(rng.random(40_000) < P, -1.0, 1.0)
    signed = right * (1.2 + rng.standard_normal(40_000))
    mean, deviation = law(signed, P, 0.0)
    assert (mean, deviation) == (pytest.approx(1.2, abs=0.05), pytest.approx(1.0, abs=0.05))
    assert abs(skewness(signed, P)) < 0.15


@pytest.mark.parametrize(("along", "margin"), [(0.0, "constant"), (1.0, "gaussian")])
def test_true_mixtures_fit(along, margin):
    verdicts = []
    for seed in range(6):
        X, sign, _ = _mixture(600, 20, seed, along)
        verdicts.append(fit_mixture(_labelled(X, sign), CHANNEL, seed, draws=60))
    assert sum(found.verdict == FITS for found in verdicts) >= 5
    assert sum(found.mixture.margin == margin for found in verdicts) >= 5


def test_real_and_heavy_data_do_not():
    X, y = load_breast_cancer(return_X_y=True)
    rng = np.random.default_rng(3)
    flipped = np.where(rng.random(len(y)) < P, 1 - y, y)
    assert fit_mixture(dataset(X, flipped), CHANNEL, draws=99).verdict == DOES_NOT_FIT
    heavy, sign, _ = _mixture(600, 20, 4, 1.0, lambda r, s: r.standard_t(3, s))
    assert fit_mixture(_labelled(heavy, sign), CHANNEL, draws=99).verdict == DOES_NOT_FIT


def test_not_tried_says_why():
    X, sign, _ = _mixture(100, 5, 0)
    data = _labelled(X, sign)
    cases = {
        "unknown flip rate": (data, None),
        "not symmetric": (data, Channel.from_matrix([[0.9, 0.1], [0.3, 0.7]])),
        "sparse": (dataset(sparse.csr_array(X), data.given), CHANNEL),
        "two classes": (dataset(X, np.arange(100) % 3), Channel.from_flip_rate(P, 3)),
    }
    for words, (rows, channel) in cases.items():
        found = fit_mixture(rows, channel)
        assert found.verdict == NOT_TRIED and words in found.why


def test_prediction_agrees_with_drawn_data():
    """Accuracy of the averaging classifier, predicted from a fit and measured on fresh rows."""
    X, sign, _ = _mixture(2000, 100, 5, along=0.0)
    told = prediction(estimate(X, sign, P))
    fresh, _, truth = _mixture(20_000, 100, 6)
    measured = []
    for seed in range(10):
        train, given, _ = _mixture(2000, 100, 100 + seed)
        first = given @ train
        second = np.sign(train @ first) @ train
        measured.append([np.mean(np.sign(fresh @ w) == truth) for w in (first, second)])
    assert told.reason is None
    # The fit's own error in rho moves accuracy by about a point.
    assert np.allclose(told.accuracy["full"][:2], np.mean(measured, axis=0), atol=0.02)
    assert len(told.accuracy["full"]) == 4 and told.gain["full"] > 0


def test_a_dominating_eigenvalue_has_no_prediction():
    rng = np.random.default_rng(7)
    X, sign, _ = _mixture(500, 30, 7)
    X = X + 10 * np.outer(rng.standard_normal(500), _rotation(30)[1])
    assert "dominates" in (prediction(estimate(X, sign, P)).reason or "")
