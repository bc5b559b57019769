"""Logistic heads against scikit-learn, and the corrected loss against its own derivative."""

import jax
import jax.numpy as jnp
import numpy as np
from sklearn.linear_model import LogisticRegression

from relabel_lab.experiments.inputs import with_intercept
from relabel_lab.experiments.labels import randomised_response
from relabel_lab.experiments.probe import head
from relabel_lab.experiments.probe.head import fit_heads, log_probabilities
from relabel_lab.experiments.probe.learner import columns_of, indicator

RNG = np.random.default_rng(4)
N, D, K = 400, 8, 3
CLEAN = RNG.integers(K, size=N)
FEATURES = (RNG.normal(size=(N, D)) * np.geomspace(3, 0.3, D)).astype(np.float32)
FEATURES += 1.2 * np.eye(D, dtype=np.float32)[CLEAN]
RESPONSE = randomised_response(K, 1.5)
GIVEN = RESPONSE.draw(CLEAN, key=jax.random.key(0))
PENALTIES = np.array([1e-3, 1e-1], np.float32)
COLUMNS = jnp.asarray(with_intercept(FEATURES))


def problem(weights=None):
    labels = np.repeat(GIVEN[None], 2, axis=0)
    weights = np.ones((2, N), np.float32) if weights is None else weights
    return indicator(labels, K), jnp.asarray(weights)


def reference(penalty, weights):
    """The same optimum by scikit-learn: its C multiplies the sum of the losses."""
    model = LogisticRegression(C=1 / (penalty * weights.sum()), tol=1e-10, max_iter=10_000)
    return model.fit(FEATURES, GIVEN, sample_weight=weights).predict_log_proba(FEATURES)


def test_heads_are_scikit_learns_with_weights_and_an_intercept(monkeypatch):
    monkeypatch.setattr(head, "SHRINK", 1e-5)
    jax.clear_caches()
    weights = np.stack([np.ones(N), RNG.integers(3, size=N)]).astype(np.float32)
    fitted = fit_heads(COLUMNS, *problem(weights), PENALTIES)
    told = np.asarray(log_probabilities(COLUMNS, fitted.weights))
    for i, penalty in enumerate(PENALTIES):
        np.testing.assert_allclose(told[i].T, reference(float(penalty), weights[i]), atol=2e-3)
    jax.clear_caches()


def test_the_stop_that_is_used_changes_no_prediction_much():
    fitted = fit_heads(COLUMNS, *problem(), PENALTIES)
    assert (fitted.shrink <= head.SHRINK).all() and (fitted.steps < head.STEPS).all()
    told = np.asarray(log_probabilities(COLUMNS, fitted.weights))
    for i, penalty in enumerate(PENALTIES):
        exact = reference(float(penalty), np.ones(N))
        assert (told[i].argmax(axis=0) == exact.argmax(axis=1)).mean() > 0.99


def test_where_the_steps_begin_does_not_matter():
    zero = fit_heads(COLUMNS, *problem(), PENALTIES)
    start = 0.3 * RNG.normal(size=zero.weights.shape).astype(np.float32)
    other = fit_heads(COLUMNS, *problem(), PENALTIES, start)
    told = [np.exp(np.asarray(log_probabilities(COLUMNS, w.weights))) for w in (zero, other)]
    assert np.abs(told[0] - told[1]).max() < 0.01
    far = np.exp(np.asarray(log_probabilities(COLUMNS, start)))
    assert np.abs(far - told[0]).max() > 0.3


def corrected_loss(weights, penalty):
    scores = jax.nn.log_softmax(weights @ COLUMNS, axis=0)
    seen = jnp.asarray(RESPONSE.matrix[:, GIVEN], jnp.float32)
    fit = -jnp.log((jnp.exp(scores) * seen).sum(axis=0)).mean()
    return fit + penalty / 2 * (weights[:, :-1] ** 2).sum()


def test_forward_correction_ends_where_its_gradient_vanishes():
    labels = np.repeat(GIVEN[None], 2, axis=0)
    target = columns_of(RESPONSE.likelihood(labels))
    fitted = fit_heads(COLUMNS, target, jnp.ones((2, N)), PENALTIES)
    slope = jax.grad(corrected_loss)
    for i, penalty in enumerate(PENALTIES):
        start = np.linalg.norm(slope(jnp.zeros_like(fitted.weights[i]), penalty))
        assert np.linalg.norm(slope(jnp.asarray(fitted.weights[i]), penalty)) < 0.02 * start
    plain = fit_heads(COLUMNS, *problem(), PENALTIES)
    assert fitted.weights.std() > plain.weights.std(), "correction undoes the shrinkage of flips"
