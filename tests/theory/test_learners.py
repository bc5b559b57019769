"""Learners over rounds in the limit: against closed forms, R5 and R21, drawn data, a public study."""

import jax
import numpy as np
import pytest

from relabel_lab import sim, theory
from relabel_lab.sim import direct
from relabel_lab.sim.learners import Averaging, Logistic, Ridge
from relabel_lab.sim.noise import ClassFlips
from relabel_lab.sim.schemes import Soft, parse_scheme
from relabel_lab.theory import predict_learner
from relabel_lab.theory.limit import predict_ridge
from relabel_lab.theory.limit.learners.losses import loss_of


@pytest.mark.parametrize("weight", [0.0, 1.0, 1e2, 1e6])
def test_the_training_score_solves_its_equation(weight):
    loss, free = loss_of(Logistic(1.0)), np.linspace(-9, 9, 101) * (1 + weight**0.5)
    for label in (1.0, -1.0, 0.3):
        score = np.asarray(loss.training_score(free, np.full_like(free, label), weight))
        expected = free + weight * (label - np.tanh(score / 2)) / 2
        np.testing.assert_allclose(score, expected, rtol=1e-12, atol=1e-15 * (1 + weight))


def test_two_stages_of_ridge_have_their_closed_form():
    """Another derivation: `predict_ridge` conditions on the first model, without memory terms."""
    problem = sim.Problem(1200, 401, gamma=1.0, noise=ClassFlips(0.1, 0.3, 0.6))
    soft, stages = parse_scheme("soft:0.5"), (Ridge(0.2, True), Ridge(0.05, True))
    found = predict_learner(problem, soft, stages)
    known = predict_ridge(problem, soft, stages[0], retrained=stages[1], positive=0.6)
    for name in ("kappa", "log_error", "label_accuracy"):
        np.testing.assert_allclose(getattr(found, name), getattr(known, name), rtol=1e-8)
    assert np.all(found.error < 1e-8)


def test_a_large_penalty_gives_the_averaging_classifier_over_rounds():
    """R5 and R21, whose memory of earlier rounds comes from another derivation."""
    problem, scheme = sim.Problem(800, 201, 0.3, 0.8, margin="uniform:1"), sim.Consensus()
    found = predict_learner(problem, scheme, Logistic(1e6), 2)
    known = theory.predict(problem, scheme, 2)
    assert np.all(np.abs(found.kappa - known.kappa) < 4 * found.error + 1e-5)
    assert np.all(np.abs(found.label_accuracy - known.label_accuracy) < 1e-3)
    assert np.all(np.abs(found.coverage - known.coverage) < 1e-3)
    assert np.all(found.error < 2e-3)


def test_agrees_with_logistic_regression_on_drawn_data():
    problem, learner = sim.Problem(1000, 251, 0.25, 1.2), Logistic(0.02, True)
    schemes = [sim.Full(), sim.Consensus()]
    one = tuple(jax.local_devices()[:1])
    options = {"key": jax.random.key(7), "seeds": 64, "positive": 0.6, "devices": one}
    results = direct.run_many(problem, schemes, learner=learner, **options)
    for scheme in schemes:
        expected = predict_learner(problem, scheme, learner, positive=0.6)
        drawn = results[scheme.name]
        for name in ("accuracy", "label_accuracy", "coverage"):
            values = np.asarray(getattr(drawn, name))
            error = values.std(0) / 8 + 1e-12
            # The limit is off by O(1/n), which the standard error here does not resolve.
            assert np.all(np.abs(values.mean(0) - getattr(expected, name)) < 4 * error), name
        gains = np.asarray(drawn.kappa) @ [-1, 1]
        gain = np.diff(expected.kappa)[0]
        assert abs(gains.mean() - gain) < 4 * gains.std() / 8
        assert gain > 20 * gains.std() / 8  # so that the agreement means something


def test_agrees_with_a_public_study_over_three_stages():
    """Errors read off the logistic curves of arXiv 2501.16226's public code, good to about 0.001.

    There pi_+ = 0.4, Delta = 0.5, theta = 0.2, penalties 1.5, 0.5, 2 on the sum of losses, inverse
    temperatures 0.8 and 1.2, M/N = 3.4 (docs/learners.md).
    """
    d, alpha = 10**5 + 1, 3.4
    problem = sim.Problem(int(alpha * (d - 1)), d, 0.2, 1.0, 0.5**0.5, margin="gaussian")
    stages = [Logistic(penalty / alpha, True) for penalty in (1.5, 0.5, 2.0)]
    schemes = [Soft(2 / 0.8), Soft(2 / 1.2)]
    found = predict_learner(problem, schemes, stages, 2, positive=0.4)
    np.testing.assert_allclose(1 - found.accuracy, (0.151, 0.172, 0.380), atol=1.5e-3)


def test_an_intercept_that_is_not_resolved_is_not_predicted():
    """A heavy penalty leaves scores that quasi-Monte Carlo's intercept would drown."""
    problem = sim.Problem(800, 201, 0.3, 0.8, margin="gaussian")
    lost = predict_learner(problem, sim.Consensus(), Logistic(1e6, True), 2, positive=0.4)
    assert lost.reason is not None and np.isnan(lost.kappa).all()
    assert np.isnan(lost.accuracy).all()


def test_labels_that_do_not_change_leave_the_model():
    problem = sim.Problem(200, 401, 0.3, 1.0)
    found = predict_learner(problem, sim.Full(), Ridge(1e-4, True))
    np.testing.assert_array_equal(found.kappa, found.kappa[0])


def test_refuses_what_it_does_not_cover():
    problem = sim.Problem(300, 201, 0.3, 1.3)
    for scheme, learner, rounds, message in [
        (parse_scheme("crossfit:5"), Ridge(0.1), 1, "scheme = crossfit:5"),
        (sim.Full(), Averaging(), 1, "learner = averaging"),
        (sim.Full(), [Ridge(0.1), Ridge(0.1, True)], 1, "same in every round"),
        (sim.Full(), [Ridge(0.1)] * 3, 1, "one, or 2"),
        ([sim.Full()], Ridge(0.1), 2, "one, or 2"),
    ]:
        with pytest.raises(ValueError, match=message):
            predict_learner(problem, scheme, learner, rounds)
    with pytest.raises(ValueError, match="one problem at a time"):
        predict_learner(sim.Problem(300, 201, np.array([0.1, 0.2])), sim.Full(), Ridge(0.1))
    with pytest.raises(ValueError, match="spectrum = given"):
        predict_learner(sim.Problem(9, 3, 0.3, spectrum=[1.0, 2.0]), sim.Full(), Ridge(0.1))
