"""R6: the population map, its fixed point and its threshold."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import mp, mpf

from relabel_lab import theory
from relabel_lab.sim import Full, Initial, Problem
from relabel_lab.sim.margins import Constant, Gaussian, HalfNormal, Uniform
from tests.theory.reference import expect, law, sign_mean

pytestmark = pytest.mark.smoke


LAWS = [Constant(), HalfNormal(0.5), Uniform(1.0), Gaussian(0.4)]


@pytest.mark.parametrize(
    ("margin", "name", "parameter"),
    [
        (Constant(), "constant", None),
        (HalfNormal(0.5), "half-normal", 0.5),
        (Uniform(1.0), "uniform", 1.0),
        (Gaussian(0.4), "gaussian", 0.4),
    ],
)
def test_map_against_reference(margin, name, parameter):
    for kappa in (1e-6, 0.3, 2.0, 25.0):
        with mp.workdps(30):
            x, turns = mpf(kappa), [1 + mpf(2) ** -j for j in range(1, 14)]
            up = expect(law(name, parameter), lambda m, x=x: m * sign_mean(m * x), turns)
            down = expect(law(name, parameter), lambda m, x=x: mp.npdf(m * x) / mp.npdf(x), turns)
            want = float(mpf(0.7) * up / (2 * mp.npdf(x) * down))
        assert float(theory.population_map(kappa, 0.7, margin)) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("margin", LAWS)
def test_map_is_increasing_and_starts_with_the_threshold_slope(margin):
    kappas = jnp.linspace(1e-5, 8, 500)
    mapped = theory.population_map(kappas, 0.6, margin)
    assert (jnp.diff(mapped) > 0).all()
    slope = theory.population_threshold(0.6, margin)
    np.testing.assert_allclose(mapped[0] / kappas[0], slope, rtol=1e-8)
    assert (jnp.diff(mapped / kappas) > 0).all()


@pytest.mark.parametrize("margin", LAWS)
def test_fixed_point_is_unstable_and_vanishes_at_the_threshold(margin):
    threshold = 1 / margin.second_moment()
    rhos = threshold * jnp.array([0.5, 0.9, 0.999])
    points = theory.fixed_point(rhos, margin)
    np.testing.assert_allclose(theory.population_map(points, rhos, margin), points, rtol=1e-12)
    assert (theory.population_map(0.99 * points, rhos, margin) < 0.99 * points).all()
    assert (theory.population_map(1.01 * points, rhos, margin) > 1.01 * points).all()
    assert (jnp.diff(points) < 0).all() and points[-1] < 0.1
    assert (theory.fixed_point(threshold * jnp.array([1.0001, 3.0]), margin) == 0).all()


def test_fixed_point_of_the_constant_margin():
    """rho = 2 kappa phi(kappa)/(2 Phi(kappa) - 1) inverted, down to 1e-100."""
    for kappa in (0.01, 1.0, 5.0, 21.0):
        with mp.workdps(30):
            rho = float(2 * mpf(kappa) * mp.npdf(kappa) / sign_mean(mpf(kappa)))
        assert float(theory.fixed_point(rho, Constant())) == pytest.approx(kappa, rel=1e-11)


def test_fixed_point_derivative():
    derivative = float(jax.grad(lambda rho: theory.fixed_point(rho, HalfNormal(0.5)))(0.3))
    ends = theory.fixed_point(jnp.array([0.3 - 1e-5, 0.3 + 1e-5]), HalfNormal(0.5))
    assert derivative == pytest.approx(float(ends[1] - ends[0]) / 2e-5, rel=1e-7)


def test_gaussian_laws_without_a_fixed_point():
    """The isotropic mixture always grows; a wide law under weak separation always decays."""
    assert theory.fixed_point(0.1, Gaussian()) == 0
    assert jnp.isinf(theory.fixed_point(1e-3, Gaussian(3.0)))


def test_map_is_the_limit_of_many_samples():
    rho, margin = 0.8, HalfNormal(0.5)
    gaps = []
    for alpha in (1e4, 1e6):
        p = 0.5 - 0.5 * 1.2 / (rho * alpha**0.5 * margin.mean())  # kappa_0 = 1.2
        limit = theory.isotropic(rho, alpha, p, margin)
        assert float(theory.kappa(limit, Initial())) == pytest.approx(1.2)
        mapped = float(theory.population_map(1.2, rho, margin))
        gaps.append(abs(float(theory.kappa(limit, Full())) / mapped - 1))
    assert gaps[0] < 0.05 and gaps[1] < gaps[0] / 5


def test_anisotropic_condition():
    spectrum = jnp.linspace(0.2, 1.8, 100)
    gammas = jnp.array([0.9, 1.4]) * (jnp.sum(spectrum**4) / jnp.sum(spectrum**2)) ** 0.25
    problem = Problem(10**9, 101, 0.5 - 1e-8, gammas, spectrum=spectrum)
    got = theory.anisotropic_advantage(problem)
    np.testing.assert_allclose(got, jnp.array([0.9, 1.4]) ** 4, rtol=1e-12)
    assert (theory.helps_at_maximal_noise(problem, Full()) == (got > 1)).all()
    round_ = Problem(10**9, 101, 0.4, 0.9, margin="uniform:1")
    assert float(theory.anisotropic_advantage(round_)) == pytest.approx((0.81 * 7 / 3) ** 2)
