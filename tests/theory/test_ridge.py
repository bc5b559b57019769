"""Ridge in the limit: against drawn data, the averaging classifier's limit and a public study."""

import jax
import numpy as np
import pytest

from relabel_lab import sim, theory
from relabel_lab.sim import direct
from relabel_lab.sim.learners import Ridge
from relabel_lab.sim.noise import ClassFlips, DirectionFlips
from relabel_lab.sim.schemes import Interpolate, parse_scheme
from relabel_lab.theory.limit import predict_ridge
from relabel_lab.theory.limit.learners.ridge import shrinkage
from tests.strategies import agrees


def test_shrinkage_is_the_trace_of_the_resolvent():
    rng, r, n, penalty, variance = np.random.default_rng(0), 400, 600, 0.3, 1.7
    x = rng.normal(size=(n, r)) * variance**0.5
    values = np.linalg.eigvalsh(x @ x.T / n)
    s, d = shrinkage(n / r, variance, penalty)
    assert s == pytest.approx(np.mean(penalty / (values + penalty)), rel=0.005)
    # Fresh scores have variance D/(1 - D) for targets of mean square 1 that x does not know.
    fresh = variance * np.mean(values / (values + penalty) ** 2)
    assert d / (1 - d) == pytest.approx(fresh, rel=0.01)


def test_agrees_with_drawn_data():
    noise = ClassFlips(0.1, 0.4, 0.6)
    problem = sim.Problem(400, 201, gamma=1.3, margin="uniform:1", noise=noise)
    schemes = [sim.Full(), parse_scheme("soft:0.5")]
    one = tuple(jax.local_devices()[:1])
    options = {"key": jax.random.key(5), "seeds": 64, "positive": 0.6, "devices": one}
    results = direct.run_many(problem, schemes, learner=Ridge(0.3, True), **options)
    for scheme in schemes:
        expected = predict_ridge(problem, scheme, Ridge(0.3, True), positive=0.6)
        drawn = results[scheme.name]
        for name in ("kappa", "accuracy", "label_accuracy"):
            values = np.asarray(getattr(drawn, name))
            # The limit is off by O(1/n), which the standard error here does not resolve.
            assert agrees(values, getattr(expected, name)), name
        gain, error = (f(np.asarray(drawn.kappa) @ [-1, 1]) for f in (np.mean, np.std))
        assert abs(gain - np.diff(expected.kappa)[0]) < 0.5 * error
        assert abs(gain) > 0.8 * error


@pytest.mark.parametrize(("margin", "intercept"), [("uniform:1", True), ("gaussian", False)])
def test_the_same_labels_give_the_same_model(margin, intercept):
    """The second stage, given the first, on given labels: nothing moves."""
    problem = sim.Problem(300, 401, gamma=1.3, margin=margin, noise=ClassFlips(0.1, 0.4, 0.6))
    kappa, error = (
        getattr(
            predict_ridge(problem, sim.Initial(), Ridge(0.2, intercept), positive=0.6), quantity
        )
        for quantity in ("kappa", "log_error")
    )
    np.testing.assert_allclose(kappa[1], kappa[0], rtol=1e-9)
    np.testing.assert_allclose(error[1], error[0], rtol=1e-9)


def test_another_penalty_gives_the_model_of_that_penalty():
    """Trained on the given labels again, the first model must not matter."""
    noise = ClassFlips(0.1, 0.4, 0.6)
    problem = sim.Problem(300, 201, gamma=1.3, margin="gaussian", noise=noise)
    first, second = Ridge(0.1), Ridge(2.0)
    moved, alone = (
        predict_ridge(problem, sim.Initial(), start, retrained=second, positive=0.6).kappa
        for start in (first, second)
    )
    np.testing.assert_allclose(moved[1], alone[0], rtol=1e-9)
    assert abs(moved[1] / moved[0] - 1) > 0.05


@pytest.mark.parametrize(("n", "d"), [(500, 101), (500, 1001)])
def test_a_large_penalty_gives_the_averaging_classifier(n, d):
    problem = sim.Problem(n, d, 0.3, 1.3, 0.8, margin="uniform:1")
    ridge = predict_ridge(problem, sim.Full(), Ridge(1e7))
    averaging = theory.predict(problem, sim.Full())
    np.testing.assert_allclose(ridge.kappa, averaging.kappa, rtol=1e-5)
    np.testing.assert_allclose(ridge.label_accuracy, averaging.label_accuracy, rtol=1e-5)


class Scores(Interpolate):
    """The scores themselves as labels, times a factor."""

    def label(self, score, given):
        return self.beta * score


@pytest.mark.parametrize(
    ("alpha", "errors"), [(2.2, (0.1716, 0.1618)), (4.0, (0.1499, 0.1327)), (5.5, (0.1409, 0.1252))]
)
def test_agrees_with_a_public_study(alpha, errors):
    """Errors of two stages read off the squared-loss curves of arXiv 2501.16226's public code.

    There pi_+ = 0.4, Delta = 0.5, theta = 0.2, penalties 1.5 and 0.5 on the sum of losses
    (score - label)^2/4, second-stage labels 0.8 times the score; readings good to about 0.001.
    """
    d = 10**5 + 1
    problem = sim.Problem(int(alpha * (d - 1)), d, 0.2, 1.0, 0.5**0.5, margin="gaussian")
    stages = (Ridge(2 * 1.5 / alpha, True), Ridge(2 * 0.5 / alpha, True))
    outcome = predict_ridge(problem, Scores(0.8), stages[0], retrained=stages[1], positive=0.4)
    np.testing.assert_allclose(1 - outcome.accuracy, errors, atol=1.5e-3)


def test_refuses_what_it_does_not_cover():
    problem = sim.Problem(300, 201, 0.3, 1.3)
    with pytest.raises(ValueError, match="scheme = consensus"):
        predict_ridge(problem, sim.Consensus(), Ridge(0.1))
    with pytest.raises(ValueError, match="spectrum = given"):
        predict_ridge(sim.Problem(9, 3, 0.3, spectrum=[1.0, 2.0]), sim.Full(), Ridge(0.1))
    with pytest.raises(ValueError, match="noise = direction"):
        bent = sim.Problem(300, 201, gamma=1.3, noise=DirectionFlips(0.3, 1.0))
        predict_ridge(bent, sim.Full(), Ridge(0.1))
    by_class = sim.Problem(9, 3, noise=ClassFlips(0.1, 0.3, 0.4))
    with pytest.raises(ValueError, match=r"positive must be 0\.4"):
        predict_ridge(by_class, sim.Full(), Ridge(0.1))
