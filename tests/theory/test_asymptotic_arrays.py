"""Gradients of the limit, and arrays of problems."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from relabel_lab import theory
from relabel_lab.sim import Consensus, Full, Initial, Problem, parse_margin, power_spectrum
from relabel_lab.sim.margins import Constant, HalfNormal
from relabel_lab.sim.schemes import parse_scheme

RULES = (Initial(), Full(), Consensus())
NEARLY_HALF = 0.5 - 1e-10


@jax.jit
def kappas(limit):
    return tuple(theory.kappa(limit, rule) for rule in RULES)


@pytest.mark.parametrize("margin", ["constant", "half-normal:0.5", "uniform:1", "gaussian"])
def test_gradients_against_finite_differences(margin):
    law = parse_margin(margin)

    def outputs(rho, log_alpha, p):
        limit = theory.isotropic(rho, jnp.exp(log_alpha), p, law)
        others = theory.best_combination_limit(limit).kappa
        full = theory.predict_limit(limit, Full())
        return jnp.stack([*kappas(limit), others, full.log_error[1], full.label_accuracy[1]])

    derivative, outputs = jax.jit(jax.jacfwd(outputs, (0, 1, 2))), jax.jit(outputs)
    for point in ((2.0, 0.3, 0.2), (0.4, 3.0, 0.45), (5.0, -2.0, 0.1)):
        for i, got in enumerate(derivative(*point)):
            h = 1e-4 * np.eye(3)[i]
            one = outputs(*(point + h)) - outputs(*(point - h))
            two = outputs(*(point + 2 * h)) - outputs(*(point - 2 * h))
            np.testing.assert_allclose(got, (8 * one - two) / 12e-4, rtol=1e-8, atol=1e-10)


def test_gradients_are_finite_at_the_corners():
    rho, alpha, p = map(
        jnp.asarray,
        zip(
            *itertools.product((1e-6, 1.0, 1e6), (1e-6, 1.0, 1e9), (0.0, NEARLY_HALF)), strict=True
        ),
    )

    def total(law, *point):
        return sum(k.sum() for k in kappas(theory.isotropic(*point, law)))

    for law in (Constant(), HalfNormal(0.5)):
        gradient = jax.jit(jax.grad(total, (1, 2, 3)))
        assert all(jnp.isfinite(g).all() for g in gradient(law, rho, alpha, p))


def test_gradient_through_problem():
    def kappa(gamma, p):
        return theory.predict(Problem(500, 101, p, gamma), Full()).kappa[1]

    def slope(f, h=1e-6):
        return float((f(h) - f(-h)) / (2 * h))

    by_gamma, by_p = jax.grad(kappa, (0, 1))(1.2, 0.3)
    assert float(by_gamma) == pytest.approx(slope(lambda h: kappa(1.2 + h, 0.3)), rel=1e-7)
    assert float(by_p) == pytest.approx(slope(lambda h: kappa(1.2, 0.3 + h)), rel=1e-7)


@pytest.mark.parametrize("margin", ["constant", "uniform:1", "gaussian"])
def test_arrays_equal_scalars(margin):
    n, p = jnp.array([[50], [5000]]), jnp.array([0.0, 0.2, 0.45])
    gamma = jnp.array([[0.5], [3.0]])
    grid = theory.predict(Problem(n, 201, p, gamma, margin=margin), Consensus())
    assert grid.kappa.shape == (2, 3, 2)
    for i, j in itertools.product(range(2), range(3)):
        one = Problem(int(n[i, 0]), 201, float(p[j]), float(gamma[i, 0]), margin=margin)
        single = theory.predict(one, Consensus())
        for many, alone in zip(jax.tree.leaves(grid), jax.tree.leaves(single), strict=True):
            np.testing.assert_allclose(many[i, j], alone, rtol=1e-13)


def test_arrays_of_margin_laws_and_spectra():
    scales = jnp.array([0.1, 0.5])
    wide = theory.predict(Problem(90, 31, 0.3, 1.2, margin=HalfNormal(scales)), Full())
    spectra = jnp.stack([power_spectrum(31, 0.1), power_spectrum(31, 0.4)])
    coloured = theory.predict(Problem(90, 31, 0.3, 1.2, spectrum=spectra), Full())
    for i in range(2):
        alone = theory.predict(
            Problem(90, 31, 0.3, 1.2, margin=HalfNormal(float(scales[i]))), Full()
        )
        np.testing.assert_allclose(wide.log_error[i], alone.log_error, rtol=1e-12)
        alone = theory.predict(Problem(90, 31, 0.3, 1.2, spectrum=spectra[i]), Full())
        np.testing.assert_allclose(coloured.kappa[i], alone.kappa, rtol=1e-13)


def test_folds_of_a_grid_of_sizes():
    """Cross-fitting over an array of n: each as alone, refused where a fold would be empty."""
    folds = parse_scheme("crossfit:5")
    grid = theory.predict(Problem(np.array([100, 200]), 51, 0.3, 1.2), folds).kappa
    alone = [theory.predict(Problem(n, 51, 0.3, 1.2), folds).kappa for n in (100, 200)]
    np.testing.assert_allclose(grid, alone, rtol=1e-12)
    with pytest.raises(ValueError, match="at most n = 3"):
        theory.predict(Problem(np.array([3, 200]), 51, 0.3, 1.2), folds)
