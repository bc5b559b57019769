"""Learners against scikit-learn, their own optimality conditions, and the averaging classifier."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import linear_model

from relabel_lab import sim
from relabel_lab.sim import direct
from relabel_lab.sim.direct import LearnedOutcome, eigenvalues, log_error, sample
from relabel_lab.sim.learners import Averaging, Fit, Logistic, Ridge, parse_learner, score
from tests.strategies import share_error, within

KEY = jax.random.key(42)
SHAPES = ((90, 31), (40, 60))
SCHEMES = (sim.Full(), sim.Consensus())
PROBLEM = sim.Problem(90, 31, 0.3, 1.7)
ONE = tuple(jax.local_devices()[:1])  # every device more compiles its own program


def engine(learner, seeds, **options):
    """Two rounds; learners that differ in numbers alone share one compiled program."""
    common = {"key": KEY, "positive": 0.7, "dtype": jnp.float64, "devices": ONE}
    return direct.run_many(PROBLEM, SCHEMES, 2, seeds=seeds, learner=learner, **common, **options)


fit = jax.jit(lambda learner, x, labels: learner.fit(x, labels))


def data(n, d, dtype=jnp.float64):
    """Samples and given labels, classes of unequal size so that an intercept matters."""
    drawn = sample(sim.Problem(n, d, 0.3, 1.7), KEY, positive=0.7, dtype=dtype)
    return drawn.x, drawn.given


def rows(fitted):
    return np.append(fitted.theta, fitted.intercept)


def gradient(kind, fitted, penalty, intercept, x, labels):
    """Gradient of (mean loss over labels != 0) + penalty/2 ||theta||^2 in NumPy."""
    x, labels = np.asarray(x, np.float64), np.asarray(labels, np.float64)
    x, labels = x[labels != 0], labels[labels != 0]
    h = x @ np.asarray(fitted.theta) + float(fitted.intercept)
    slope = h - labels if kind is Ridge else (np.tanh(h / 2) - labels) / 2
    along = slope @ x / len(labels) + penalty * np.asarray(fitted.theta)
    return np.append(along, intercept * slope.mean())


def reference(kind, penalty, intercept, x, labels):
    count = len(labels)
    if kind is Ridge:
        model = linear_model.Ridge(alpha=penalty * count, fit_intercept=intercept, tol=1e-13)
    else:
        model = linear_model.LogisticRegression(
            C=1 / (penalty * count),
            fit_intercept=intercept,
            solver="newton-cholesky",
            tol=1e-13,
            max_iter=500,
        )
    model.fit(np.asarray(x), np.asarray(labels))
    return np.append(np.ravel(model.coef_), model.intercept_)


@pytest.mark.parametrize("kind", [Ridge, Logistic])
@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_agrees_with_scikit_learn(kind, intercept, shape):
    x, labels = data(*shape)
    for penalty in (1.0, 0.03):
        fitted = fit(kind(jnp.float64(penalty), intercept), x, labels)
        assert fitted.converged and fitted.residual < 1e-10
        expected = reference(kind, penalty, intercept, x, labels)
        np.testing.assert_allclose(rows(fitted), expected, atol=1e-8)
        assert (abs(fitted.intercept) > 1e-3) == intercept


@pytest.mark.parametrize("kind", [Ridge, Logistic])
@pytest.mark.parametrize("intercept", [False, True])
def test_samples_without_label_are_as_if_dropped(kind, intercept):
    x, labels = data(*SHAPES[0])
    kept = np.arange(len(labels)) % 3 != 0
    fitted = fit(kind(jnp.float64(0.1), intercept), x, jnp.where(kept, labels, 0.0))
    expected = reference(kind, 0.1, intercept, x[kept], labels[kept])
    np.testing.assert_allclose(rows(fitted), expected, atol=1e-8)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    st.sampled_from([Ridge, Logistic]),
    st.booleans(),
    st.floats(1e-3, 1e2),
    st.floats(0.1, 5.0),
    st.integers(0, 1000),
)
def test_soft_labels_meet_the_optimality_conditions(kind, intercept, penalty, temperature, seed):
    x, labels = data(*SHAPES[0])
    noise = np.random.default_rng(seed).standard_normal(len(labels))
    soft = np.tanh((labels + noise) / temperature)
    fitted = fit(kind(jnp.float64(penalty), intercept), x, soft)
    assert fitted.converged
    left = gradient(kind, fitted, penalty, intercept, x, soft)
    zero = Fit(np.zeros(x.shape[1]), 0.0, 0.0, True)
    scale = np.linalg.norm(gradient(kind, zero, penalty, intercept, x, soft))
    assert np.linalg.norm(left) < 1.01e-10 * scale
    assert abs(np.linalg.norm(left) / scale - fitted.residual) < 1e-13


@pytest.mark.parametrize("kind", [Ridge, Logistic])
def test_float32_is_converged_to_its_own_tolerance(kind):
    x, labels = data(*SHAPES[0], dtype=jnp.float32)
    fitted = fit(kind(jnp.float64(0.1), True), x, labels)
    assert fitted.converged and fitted.residual < 1e-5
    exact = reference(kind, 0.1, True, np.asarray(x, np.float64), labels)
    np.testing.assert_allclose(rows(fitted), exact, atol=1e-4)


def test_fit_is_mapped_over_seeds():
    x, labels = data(*SHAPES[0])
    learner = Logistic(jnp.float64(0.1), True)
    turned = jnp.stack([labels, jnp.roll(labels, 1)])
    both = jax.jit(jax.vmap(lambda each: learner.fit(x, each)))(turned)
    for i, each in enumerate(turned):
        alone = fit(learner, x, each)
        np.testing.assert_allclose(both.theta[i], alone.theta, atol=1e-9)
        assert both.converged[i]


def test_a_large_penalty_gives_the_averaging_direction():
    x, labels = data(*SHAPES[0])
    mean = fit(Averaging(), x, labels).theta
    for learner, factor in ((Ridge(jnp.float64(1e8)), 1.0), (Logistic(jnp.float64(1e8)), 0.5)):
        np.testing.assert_allclose(1e8 * fit(learner, x, labels).theta, factor * mean, rtol=1e-5)


@pytest.mark.parametrize("kind", [Ridge, Logistic])
def test_engine_retrains_by_the_definition(kind):
    """Two rounds of each scheme by scikit-learn on the very samples that the engine draws."""
    penalty = 0.1
    results = engine(kind(penalty, True, 1e-10), jnp.array([3]))
    drawn = sample(PROBLEM, jax.random.fold_in(KEY, 3), positive=0.7, dtype=jnp.float64)
    x, noisy, y = (np.asarray(leaf) for leaf in (drawn.x, drawn.given, drawn.y))
    for scheme in SCHEMES:
        result, labels = results[scheme.name], noisy
        assert isinstance(result, LearnedOutcome) and result.converged.all()
        for step in range(3):
            kept = labels != 0
            model = reference(kind, penalty, True, x[kept], labels[kept])
            kappa = 1.7 * model[0] / np.linalg.norm(model[1:-1])
            np.testing.assert_allclose(result.kappa[0, step], kappa, rtol=1e-6)
            right = (labels == y)[kept].mean()
            assert result.label_accuracy[0, step] == pytest.approx(right, abs=1e-12)
            assert result.coverage[0, step] == pytest.approx(kept.mean(), abs=1e-12)
            labels = np.asarray(scheme.label(x @ model[:-1] + model[-1], noisy))


@pytest.mark.parametrize("margin", ["constant", "uniform:1", "gaussian"])
def test_accuracy_with_an_intercept(margin):
    """R1 with an intercept against fresh samples."""
    problem = sim.Problem(90, 31, 0.3, 1.7, margin=margin)
    fitted = fit(Ridge(jnp.float64(0.1), True), *data(90, 31))
    fitted = Fit(fitted.theta, fitted.intercept + 0.3, fitted.residual, fitted.converged)
    norm = np.linalg.norm(np.sqrt(eigenvalues(problem, 31)) * fitted.theta[1:])
    kappa, shift = 1.7 * fitted.theta[0] / norm, fitted.intercept / norm
    error = np.exp(log_error(problem.law, kappa, shift, 0.7))
    fresh = sample(sim.Problem(60_000, 31, 0.3, 1.7, margin=margin), KEY, positive=0.7)
    wrong = np.mean(np.asarray(score(fresh.x, fitted)) * np.asarray(fresh.y) < 0)
    assert within(wrong, error, share_error(error, 60_000))
    flat = np.exp(log_error(problem.law, kappa, 0 * shift, 0.7))
    assert abs(error - flat) > 0.003
    near = np.exp(log_error(problem.law, kappa, 1e-9 + 0 * shift, 0.5))
    assert near == pytest.approx(flat, rel=1e-9)


def test_failures_to_converge_are_reported_for_each_seed():
    learner = Logistic(0.1, True, 1e-30)  # below what float64 can reach
    with pytest.raises(RuntimeError, match="4 of 4 seeds of scheme full"):
        engine(learner, 4)
    result = engine(learner, 4, throw=False)["full"]
    assert result.converged.shape == (4, 3) and not result.converged[:, 0].any()
    assert np.all(result.residual[:, 0] > 1e-30)


def test_newton_stops_at_its_limit_and_says_so():
    fitted = fit(Logistic(jnp.float64(1e-4), True, max_steps=3), *data(*SHAPES[0]))
    assert not fitted.converged and fitted.residual > 1e-10


def test_every_seed_converges_and_is_its_own():
    learner = Logistic(0.01, True, 1e-10)
    together, again = engine(learner, 50), engine(learner, jnp.arange(30, 50))
    for name, outcome in together.items():
        assert outcome.converged.all()
        np.testing.assert_array_equal(outcome.kappa[30:], again[name].kappa)


def test_averaging_is_the_default():
    options = {"key": KEY, "seeds": 2, "devices": ONE}
    plain = direct.run(PROBLEM, sim.Full(), **options)
    named = direct.run(PROBLEM, sim.Full(), learner=Averaging(), **options)
    np.testing.assert_array_equal(plain.kappa, named.kappa)


@pytest.mark.parametrize(
    "text", ["svm", "ridge", "ridge:", "ridge:0", "ridge:-1", "logistic:nan", "logistic:inf"]
)
def test_unknown_learners_are_refused(text):
    with pytest.raises(ValueError, match=r"learner = .* must be .*L > 0"):
        parse_learner(text)


def test_names():
    assert parse_learner("ridge:0.1") == Ridge(0.1)
    assert parse_learner("logistic:2", intercept=True) == Logistic(2.0, True)
    assert isinstance(parse_learner("averaging"), Averaging)
    with pytest.raises(ValueError, match="intercept = True"):
        parse_learner("averaging", intercept=True)


@pytest.mark.parametrize("penalty", [0.0, -1.0, float("nan")])
def test_penalty_must_be_positive(penalty):
    with pytest.raises(ValueError, match="penalty = "):
        Ridge(penalty)


def test_rules_made_for_averaging_are_refused():
    problem = sim.Problem(90, 31, 0.3, 1.7)
    rule = sim.parse_scheme("leave-one-out")
    with pytest.raises(ValueError, match="scheme = leave-one-out"):
        direct.run(problem, rule, key=KEY, seeds=1, learner=Ridge(0.1))
