"""K classes: refusals, contrasts, the exact accuracy, and dice against drawn data (R22)."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from relabel_lab.sim import ClassProblem, Problem, simulate
from relabel_lab.sim.classes import response_rate
from relabel_lab.sim.classes.chi_tail import log_chi_tail
from relabel_lab.sim.classes.contrasts import contrasts
from relabel_lab.sim.classes.quality import directions, log_error
from relabel_lab.sim.classes.sample import draw_sample
from relabel_lab.sim.kit import Refusal
from relabel_lab.sim.schemes import Soft
from tests.strategies import agrees

FLIPS = [[0.6, 0.3, 0.05, 0.05], [0.1, 0.7, 0.1, 0.1], [0.2, 0.2, 0.5, 0.1], [0, 0, 0.3, 0.7]]
ONE = (jax.local_devices()[0],)  # one program, compiled once


@pytest.mark.parametrize(
    ("fields", "argument"),
    [
        ({"classes": 1}, "classes"),
        ({"classes": 6, "d": 5}, "classes"),
        ({"classes": 2.5}, "classes"),
        ({"classes": 4, "p": 0.75}, "p"),
        ({"classes": 4, "p": -0.1}, "p"),
        ({"classes": 4, "gamma": 0.0}, "gamma"),
    ],
)
def test_bad_input_names_the_argument(fields, argument):
    with pytest.raises(Refusal) as refused:
        ClassProblem(**{"n": 20, "d": 9, "p": 0.2, **fields})
    assert refused.value.argument == argument


def test_problem_with_many_classes_is_the_other_type():
    found = Problem(300, 60, epsilon=2.0, gamma=1.5, classes=4)
    assert found == ClassProblem(300, 60, epsilon=2.0, gamma=1.5, classes=4)
    assert Problem(300, 60, 0.2, classes=2) == Problem(300, 60, 0.2)
    for wrong, argument in ({"classes": 1}, "classes"), ({"margin": "gaussian"}, "margin"):
        with pytest.raises(Refusal) as refused:
            Problem(**{"n": 300, "d": 60, "p": 0.2, "classes": 3, **wrong})
        assert refused.value.argument == argument


@pytest.mark.parametrize(
    ("flips", "named"),
    [
        ([[0.7, 0.3]], "square"),
        (
            [[0.7, 0.2], [0.2, 0.8]],
            "in row 1 is not allowed: flips must be rows of probabilities that sum to 1",
        ),
        ([[0.7, 0.3], [1.2, -0.2]], "in row 2 is not allowed: flips must be rows"),
        (
            [[0.6, 0.2, 0.2], [0.4, 0.4, 0.2], [0, 0, 1]],
            "in row 2 is not allowed: flips must be largest",
        ),
    ],
)
def test_flip_matrices_are_checked(flips, named):
    with pytest.raises(Refusal, match=named):
        ClassProblem(20, 9, flips=flips)


def test_flip_matrices_say_how_many_classes():
    problem = ClassProblem(20, 9, flips=FLIPS)
    assert problem.classes == 4 and float(problem.p) == pytest.approx(1 - 2.5 / 4)
    with pytest.raises(Refusal, match="classes"):
        ClassProblem(20, 9, flips=FLIPS, classes=3)
    with pytest.raises(ValueError, match="exactly one"):
        ClassProblem(20, 9, 0.1, flips=FLIPS)


def test_labels_are_flipped_by_the_matrix():
    problem = ClassProblem(40_000, 9, flips=FLIPS)
    sample = draw_sample(jax.random.key(2), problem, 4, 40_000)
    counts = np.zeros((4, 4))
    np.add.at(counts, (np.asarray(sample.true), np.asarray(sample.given)), 1)
    shares, flips = counts / counts.sum(1, keepdims=True), np.array(FLIPS)
    assert np.all(np.abs(shares - flips) <= 4.5 * np.sqrt(flips * (1 - flips) / 9500))


def test_schemes_of_one_real_score_are_refused():
    problem = ClassProblem(20, 9, 0.2, classes=3)
    with pytest.raises(Refusal, match="soft"):
        simulate(problem, Soft(1.0), key=jax.random.key(0), seeds=2)


def test_randomised_response_of_two_and_of_many_classes():
    assert response_rate(1.0, 2) == pytest.approx(1 / (1 + np.e), rel=1e-15)
    assert response_rate(2.0, 10) == pytest.approx(9 / (np.exp(2) + 9), rel=1e-15)
    with pytest.raises(Refusal):
        response_rate(0.0, 10)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_contrasts_span_what_sums_to_zero(classes):
    basis = contrasts(classes)
    np.testing.assert_allclose(basis.T @ basis, np.eye(classes - 1), atol=1e-14)
    np.testing.assert_allclose(basis @ basis.T, np.eye(classes) - 1 / classes, atol=1e-14)


@pytest.mark.parametrize("freedom", [1, 2, 3, 6, 9, 99])
def test_chi_tail_against_scipy(freedom):
    x = np.array([0.0, 0.3, 1.0, 3.0, 8.0, 14.0, 30.0])
    found = log_chi_tail(jnp.asarray(x), freedom)
    np.testing.assert_allclose(found, stats.chi.logsf(x, freedom), rtol=1e-10, atol=1e-13)


def test_error_of_a_lopsided_classifier_is_that_of_a_test_set():
    means = jnp.array([[1.0, -0.2, 0.1], [0.3, 0.6, -0.5], [-1.3, -0.4, -0.1]])
    root = np.array([[0.8, 0.1], [-0.3, 0.9], [-0.5, -1.0]])
    draws = np.random.default_rng(0).normal(size=(200_000, 2)) @ root.T
    wrong = np.array([np.argmax(np.asarray(means)[:, y] + draws, 1) != y for y in range(3)])
    each = jax.vmap(lambda key: log_error(means, jnp.asarray(root @ root.T), directions(key, 3)))
    errors = np.exp(each(jax.random.split(jax.random.key(1), 100)))
    assert agrees(errors, wrong.mean(), also=4.5 * wrong.mean(0).std() / wrong.shape[1] ** 0.5)


# Compiling is what these cost: as few programs as cover every path of both engines.
@pytest.mark.parametrize(
    ("flips", "d", "schemes", "rounds"),
    [
        ({"p": 0.35, "classes": 4}, 24, ["consensus", "crossfit:2"], 2),
        ({"flips": FLIPS}, 5, ["full", "consensus"], 1),  # r = 2 below K - 1
    ],
)
def test_dice_draw_the_law_of_the_data(flips, d, schemes, rounds):
    problem = ClassProblem(120, d, gamma=1.6, sigma=1.2, **flips)
    found = [
        simulate(
            problem, schemes, rounds, key=jax.random.key(seed), seeds=64, engine=engine,
            devices=ONE,
        )
        for seed, engine in enumerate(("dice", "direct"))
    ]  # fmt: skip
    for name in schemes:
        for quantity in ("kappa", "accuracy", "label_accuracy", "coverage"):
            ours, theirs = (np.asarray(getattr(every[name], quantity)) for every in found)
            error = theirs.std(0, ddof=1) / len(theirs) ** 0.5
            assert agrees(ours, theirs.mean(0), also=4.5 * error + 1e-12), (name, quantity)
            spread = theirs.std(0) * 4.5 / (2 * len(theirs)) ** 0.5  # heavier tails: twice
            assert np.all(np.abs(ours.std(0) - theirs.std(0)) <= 3 * spread + 1e-12)
