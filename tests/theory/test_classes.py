"""The one-round limit of K classes (R22): known values, K = 2, statuses, digits of the error."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, stats

from relabel_lab.sim import ClassProblem, Problem, parse_scheme
from relabel_lab.sim.noise import ClassFlips
from relabel_lab.theory import Status, predict
from relabel_lab.theory.limit.classes import log_error

NAMES = ["initial", "full", "consensus", "crossfit:5", "confident:0.4"]

# K, h, rho~, alpha; R22's kappa of initial, full, consensus; label accuracies; agreement.
KNOWN = [
    (4, 0.5, 4, 2, 0.9428, 0.9328, 0.9638, 0.5966, 0.6206, 0.7141),
    (10, 0.4, 8, 3, 1.4606, 1.6907, 1.6072, 0.5575, 0.5662, 0.6624),
    (10, 0.3, 20, 3, 2.4343, 6.3327, 3.7746, 0.7211, 0.5915, 0.5023),
]


@pytest.mark.parametrize("row", KNOWN)
def test_values_found_independently(row):
    classes, keep, rho, alpha, *known = row
    gamma = (rho * (classes - 1) / classes) ** 0.5
    problem = ClassProblem(alpha * 600, 599 + classes, 1 - keep, gamma, classes=classes)
    full, consensus = (predict(problem, parse_scheme(name)) for name in ("full", "consensus"))
    found = [*(full.kappa * 2**0.5), consensus.kappa[1] * 2**0.5]
    found += [full.label_accuracy[1], consensus.label_accuracy[1], consensus.coverage[1]]
    np.testing.assert_allclose(found, known, atol=5.1e-5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fields", [(2000, 400, 0.3, 1.3, 1.1), (300, 900, 0.1, 2.0, 0.7)])
def test_two_classes_are_the_binary_code(name, fields):
    scheme = parse_scheme(name)
    many, two = predict(ClassProblem(*fields, classes=2), scheme), predict(Problem(*fields), scheme)
    for quantity in ("kappa", "log_error", "label_accuracy", "coverage"):
        np.testing.assert_allclose(getattr(many, quantity), getattr(two, quantity), rtol=1e-12)


@pytest.mark.parametrize(("name", "rounds"), [("consensus", 3)])
def test_two_classes_over_rounds_are_the_binary_limit(name, rounds):
    scheme, fields = parse_scheme(name), (2000, 400, 0.3, 1.3, 1.1)
    many = predict(ClassProblem(*fields, classes=2), scheme, rounds)
    two = predict(Problem(*fields), scheme, rounds)
    off = np.abs(many.kappa - two.kappa)
    assert np.all(off <= 1.5 * many.error), (off, many.error)
    assert np.all(many.error < 0.003 * many.kappa)
    for quantity in ("label_accuracy", "coverage"):
        np.testing.assert_allclose(getattr(many, quantity), getattr(two, quantity), atol=5e-4)


def test_two_classes_with_a_matrix_are_flips_by_class():
    scheme, fields = parse_scheme("consensus"), {"gamma": 1.3, "sigma": 1.1}
    many = predict(ClassProblem(2000, 400, flips=[[0.8, 0.2], [0.4, 0.6]], **fields), scheme, 2)
    two = predict(Problem(2000, 400, noise=ClassFlips(0.2, 0.4), **fields), scheme, 2)
    assert np.all(np.abs(many.kappa - two.kappa) <= 1.5 * many.error)
    assert np.all(many.error < 0.003 * many.kappa) and many.error[0] < 1e-12
    for quantity in ("accuracy", "label_accuracy", "coverage"):
        np.testing.assert_allclose(getattr(many, quantity), getattr(two, quantity), atol=5e-4)


def test_a_matrix_of_even_flips_is_r22():
    flips = np.full((4, 4), 0.4 / 3) + (0.6 - 0.4 / 3) * np.eye(4)
    ours = predict(ClassProblem(2000, 400, flips=flips, gamma=1.8), parse_scheme("crossfit:3"))
    known = predict(ClassProblem(2000, 400, 0.4, 1.8, classes=4), parse_scheme("crossfit:3"))
    assert np.all(np.abs(ours.kappa - known.kappa) <= 1.5 * ours.error)
    for quantity in ("accuracy", "label_accuracy"):
        np.testing.assert_allclose(getattr(ours, quantity), getattr(known, quantity), atol=5e-4)


def test_rounds_of_problems_with_different_numbers_of_classes():
    scheme, classes = parse_scheme("crossfit:5"), jnp.array([2.0, 3.0])
    grid = predict(ClassProblem(2000, 400, 0.3, 1.3, 1.1, classes=classes), scheme, 2)
    two = predict(Problem(2000, 400, 0.3, 1.3, 1.1), scheme, 2)
    assert np.all(np.abs(grid.kappa[0] - two.kappa) <= 1.5 * grid.error[0])
    once = predict(ClassProblem(2000, 400, 0.3, 1.3, 1.1, classes=3), scheme)
    np.testing.assert_array_equal(grid.kappa[1, :2], once.kappa)
    assert grid.kappa[1, 2] > 0 and not np.allclose(grid.kappa[1], grid.kappa[0])


def test_log_error_keeps_its_digits():
    def by_hand(kappa: float, classes: int) -> float:
        def beaten(t):
            return stats.norm.pdf(t) * -np.expm1(
                (classes - 1) * stats.norm.logcdf(t + 2**0.5 * kappa)
            )

        return np.log(integrate.quad(beaten, -12, 12, points=[-kappa], epsabs=0, limit=400)[0])

    for classes in (3, 10, 100):
        for kappa in (0.0, 0.7, 3.0, 6.0):
            assert float(log_error(kappa, classes)) == pytest.approx(
                by_hand(kappa, classes), rel=1e-9
            )
    # Far out the union over rivals is exact: log(K - 1) + log Q(kappa).
    assert float(log_error(60.0, 10)) == pytest.approx(np.log(9) + stats.norm.logsf(60), rel=1e-12)


def test_a_grid_of_problems_is_one_call():
    classes, p = jnp.array([3.0, 5.0, 10.0]), jnp.array([[0.2], [0.5]])
    grid = predict(ClassProblem(2000, 300, p, 1.8, classes=classes), parse_scheme("full"))
    assert grid.kappa.shape == (2, 3, 2)
    one = predict(ClassProblem(2000, 300, 0.5, 1.8, classes=5), parse_scheme("full"))
    np.testing.assert_allclose(grid.kappa[1, 1], one.kappa, rtol=1e-13)


@pytest.mark.parametrize(
    ("name", "rounds", "status"),
    [("soft:1", 2, Status.CLASSES), ("initial", 3, Status.PREDICTED)],
)
def test_no_number_without_a_limit(name, rounds, status):
    told = predict(ClassProblem(200, 50, 0.3, 2.0, classes=5), parse_scheme(name), rounds)
    assert int(told.status) == status
    assert bool(jnp.all(jnp.isnan(told.kappa))) == (status != Status.PREDICTED)


def test_all_labels_confident_is_full():
    problem = ClassProblem(900, 300, 0.4, 1.8, classes=6)
    ours, full = (
        predict(problem, parse_scheme("confident:1")),
        predict(problem, parse_scheme("full")),
    )
    assert all(map(np.array_equal, jax.tree.leaves(ours), jax.tree.leaves(full)))
