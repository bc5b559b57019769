"""R7: critical separations at maximal noise."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import mp, mpf

from relabel_lab import theory
from relabel_lab.sim import Consensus, Full, Initial, Problem, power_spectrum
from relabel_lab.sim.margins import Constant, Gaussian, HalfNormal, Uniform

RULES = (Full(), Consensus())


def reference(alpha, rule):
    """R7 as it stands in the notes; 200 digits outweigh its cancellation."""
    with mp.workdps(200):
        k = 1 / mp.sqrt(mpf(alpha))
        c, b = mp.erf(k / mp.sqrt(2)), 2 * mp.npdf(k)
        if isinstance(rule, Full):
            return (mp.sqrt(k**2 + 2 * c * k * b + b**2) - k * c) / b
        return (mp.sqrt(2 * (1 + c) * k * (k + b) + b**2) - k * (1 + c)) / b


@pytest.mark.parametrize("rule", RULES)
def test_against_reference(rule):
    alphas = 10.0 ** np.linspace(-2.3, 12, 40)
    got = theory.critical_separation(alphas, rule)
    for alpha, value in zip(alphas, got, strict=True):
        assert abs(float(mpf(float(value)) / reference(alpha, rule) - 1)) < 2e-15


def test_limits_known_values_and_monotony():
    alphas = 10.0 ** np.linspace(-12, 9, 400)
    full, consensus = (theory.critical_separation(alphas, rule) for rule in RULES)
    assert float(theory.critical_separation(1.0, Full())) == pytest.approx(1.433824259, abs=5e-10)
    assert float(theory.critical_separation(1.0, Consensus())) == pytest.approx(
        1.247757673, abs=5e-10
    )
    np.testing.assert_allclose([full[0], full[-1]], [2, 1], atol=1e-4)
    np.testing.assert_allclose([consensus[0], consensus[-1]], [1.5, 1], atol=1e-4)
    wide = (alphas > 1e-8) & (alphas < 1e8)
    assert (jnp.diff(full[wide]) < 0).all() and (jnp.diff(consensus[wide]) < 0).all()
    assert (consensus < full)[wide].all()


def test_gradient_is_finite_and_right():
    for rule in RULES:
        derivative = jax.vmap(jax.grad(lambda x, rule=rule: theory.critical_separation(x, rule)))
        alphas = jnp.array([1e-2, 1.0, 1e4])
        h = 1e-5 * alphas
        numeric = theory.critical_separation(alphas + h, rule) - theory.critical_separation(
            alphas - h, rule
        )
        np.testing.assert_allclose(derivative(alphas), numeric / (2 * h), rtol=1e-5)


@pytest.mark.parametrize("margin", [Constant(), HalfNormal(0.7), Uniform(1.0), Gaussian()])
@pytest.mark.parametrize("rule", RULES)
def test_sign_of_the_gain_as_noise_becomes_maximal(margin, rule):
    """Just below and above the critical rho, at p within 1e-7 of one half."""
    alphas = jnp.array([0.05, 1.0, 40.0])
    critical = theory.critical_rho(alphas, rule, margin)
    for factor, helps in ((0.999, False), (1.001, True)):
        limit = theory.isotropic(critical * factor, alphas, 0.5 - 1e-7, margin)
        gain = theory.kappa(limit, rule) > theory.kappa(limit, Initial())
        assert (gain == helps).all()
        assert ((theory.advantage_at_maximal_noise(limit, rule) > 1) == helps).all()


@pytest.mark.parametrize("rule", RULES)
def test_condition_with_a_spectrum(rule):
    spectrum = power_spectrum(61, 0.5)
    gammas = jnp.linspace(0.5, 2.5, 60)
    problem = Problem(90, 61, 0.5 - 1e-7, gammas, spectrum=spectrum, margin="uniform:0.4")
    limit = theory.limit_of(problem)
    gain = theory.kappa(limit, rule) > theory.kappa(limit, Initial())
    predicted = theory.helps_at_maximal_noise(problem, rule)
    assert (gain == predicted).all() and 5 < predicted.sum() < 55


def test_bad_input():
    with pytest.raises(ValueError, match="alpha = 0.0"):
        theory.critical_separation(0.0, Full())
    with pytest.raises(ValueError, match="scheme = initial .*full or consensus"):
        theory.critical_separation(1.0, Initial())
