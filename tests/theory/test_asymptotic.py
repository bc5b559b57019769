"""R5, R5s and R9 against an independent implementation at 34 digits or more."""

import itertools
import random

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

from relabel_lab import theory
from relabel_lab.sim import Consensus, Full, Initial, Problem, power_spectrum
from relabel_lab.sim.margins import Constant, Gaussian, HalfNormal, Uniform
from relabel_lab.sim.noise import ExactNoise
from tests.theory import reference

RULES = (Initial(), Full(), Consensus())
NEARLY_HALF = 0.5 - 1e-10
LAWS = {"constant": Constant, "half-normal": HalfNormal, "uniform": Uniform, "gaussian": Gaussian}


@jax.jit
def kappas(limit):
    return tuple(theory.kappa(limit, rule) for rule in RULES)


@jax.jit
def best(limit):
    return theory.best_combination_limit(limit)


def made(name, parameter):
    return LAWS[name]() if name == "constant" else LAWS[name](parameter)


def relative(got, want):
    return abs(float((mpf(float(got)) - want) / want))


def close(x, y):
    np.testing.assert_allclose(x, y, rtol=1e-13)


def worst(name, parameter, rho, alpha, p):
    got = kappas(theory.isotropic(rho, alpha, p, made(name, parameter)))
    return max(map(relative, got, reference.kappas(rho, alpha, p, name, parameter)))


@pytest.mark.parametrize("p", [0.0, 0.3, NEARLY_HALF])
@pytest.mark.parametrize("alpha", [1e-6, 0.3, 30.0, 1e9])
def test_constant_margin_at_the_corners(p, alpha):
    for rho in (1e-6, 1e-2, 1.0, 40.0, 1e6):
        assert worst("constant", None, rho, alpha, p) < 1e-13, rho


HARD = [
    (1e-6, 1e-6, 0.0),
    (1e-6, 1e9, NEARLY_HALF),
    (1e6, 1e-6, NEARLY_HALF),
    (1e6, 1e9, 0.3),
    (3.0, 0.7, 0.2),
    (1e3, 1e-3, NEARLY_HALF),
]


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("half-normal", 1e-4),
        ("half-normal", 0.5),
        ("half-normal", 300.0),
        ("uniform", 1e-3),
        ("uniform", 1e3),
        ("gaussian", 2.0),
        ("gaussian", None),
    ],
)
def test_random_margins_at_hard_points(name, parameter):
    for rho, alpha, p in HARD:
        assert worst(name, parameter, rho, alpha, p) < 1e-12, (rho, alpha, p)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.floats(-6, 6),
    st.floats(-6, 9),
    st.one_of(st.floats(0, 0.499), st.floats(-9, -2).map(lambda x: 0.5 - 10.0**x)),
)
def test_constant_margin_anywhere(log_rho, log_alpha, p):
    assert worst("constant", None, 10.0**log_rho, 10.0**log_alpha, p) < 1e-13


def test_random_margins_anywhere():
    rng = random.Random(5)
    for name, _ in itertools.product(("half-normal", "uniform", "gaussian"), range(6)):
        rho, alpha = 10 ** rng.uniform(-6, 6), 10 ** rng.uniform(-6, 9)
        p, parameter = rng.choice([rng.uniform(0, 0.5), NEARLY_HALF]), 10 ** rng.uniform(-3, 2)
        assert worst(name, parameter, rho, alpha, p) < 1e-12, (name, parameter, rho, alpha, p)


def test_best_combination_against_reference_and_others():
    rng = random.Random(6)
    for _ in range(40):
        rho, alpha = 10 ** rng.uniform(-2, 1.3), 10 ** rng.uniform(-2, 2)
        p = rng.choice([0.0, rng.uniform(0, 0.5), NEARLY_HALF])
        limit = theory.isotropic(rho, alpha, p)
        got = best(limit)
        want = reference.best(rho, alpha, p, digits=400)
        assert relative(got.kappa, want) < 1e-11, (rho, alpha, p)
        assert got.kappa >= max(kappas(limit)) * (1 - 1e-12)
    got = best(theory.isotropic(3.0, 0.7, 0.2, HalfNormal(0.5)))
    assert relative(got.kappa, reference.best(3.0, 0.7, 0.2, "half-normal", 0.5)) < 1e-12


def test_no_other_combination_beats_the_best():
    limit = theory.isotropic(jnp.array([0.5, 2.0, 8.0])[:, None], 1.5, jnp.array([0.0, 0.2, 0.45]))
    full, a0 = theory.moments(Full(), limit), limit.a0
    along = full.b * limit.overlap

    def kappa(w0, w1):
        square = (
            w0**2 + 2 * w0 * w1 * (full.c + along) + w1**2 * (1 + 2 * full.c * along + along**2)
        )
        return limit.signal * (w0 * a0 + w1 * full.a) / jnp.sqrt(square)

    found = best(limit)
    np.testing.assert_allclose(
        kappa(found.weights[..., 0], found.weights[..., 1]), found.kappa, rtol=1e-12
    )
    np.testing.assert_allclose(
        found.beta, found.weights[..., 0] / found.weights[..., 1], rtol=1e-12
    )
    for angle in np.linspace(0, 2 * np.pi, 181):
        assert (kappa(np.cos(angle), np.sin(angle)) <= found.kappa * (1 + 1e-12)).all()


def test_at_clean_labels_the_best_moves_away_from_the_retrained():
    found = best(theory.isotropic(2.0, 1.5, 0.0))
    assert found.weights[1] < 0 and found.beta < 0


def test_best_combination_has_the_kappa_of_its_weights_with_a_spectrum():
    limit = theory.limit_of(Problem(800, 401, 0.3, 1.2, spectrum=np.linspace(0.1, 3.0, 400)))
    best, full = theory.best_combination_limit(limit), theory.moments(Full(), limit)
    w0, w1 = best.weights
    a, c = w0 * limit.a0 + w1 * full.a, w0 + w1 * full.c
    square = w0**2 + 2 * w0 * w1 * full.c + w1**2
    np.testing.assert_allclose(limit.kappa(a, c, w1 * full.b, square), best.kappa, rtol=1e-10)


def test_spectrum_against_reference_and_isotropic():
    eigenvalues = power_spectrum(41, 0.2, 1.3)
    got = [theory.predict(Problem(60, 41, 0.3, 1.1, spectrum=eigenvalues), s) for s in RULES]
    want = reference.spectral_kappas(1.1, 60, 0.3, [float(x) for x in eigenvalues])
    assert max(relative(g.kappa[1], w) for g, w in zip(got, want, strict=True)) < 1e-13
    flat = Problem(60, 41, 0.3, 1.1, spectrum=jnp.full(40, 1.69), margin="half-normal:0.5")
    round_ = Problem(60, 41, 0.3, 1.1, 1.3, margin="half-normal:0.5")
    for rule in RULES:
        jax.tree.map(close, theory.predict(flat, rule), theory.predict(round_, rule))


def test_label_accuracy_and_coverage():
    """Constant margin, typed from R5."""
    n, r, p, rho = 2000, 400, 0.4, 4.0
    k = (r / n) ** 0.5
    signal = rho * (1 - 2 * p) / k
    phi = lambda x: float(reference.mp.ncdf(x))  # noqa: E731
    agree = (1 - p) * phi(signal + k) + p * (1 - phi(signal - k))
    problem = Problem(n, r + 1, p, 2.0)
    initial, full, consensus = (theory.predict(problem, rule) for rule in RULES)
    np.testing.assert_allclose(initial.label_accuracy, 1 - p, rtol=1e-14)
    right = (1 - p) * phi(signal + k) + p * phi(signal - k)
    np.testing.assert_allclose(full.label_accuracy, [1 - p, right], rtol=1e-13)
    np.testing.assert_allclose(full.coverage, 1.0)
    np.testing.assert_allclose(consensus.coverage, [1, agree], rtol=1e-13)
    np.testing.assert_allclose(
        consensus.label_accuracy, [1 - p, (1 - p) * phi(signal + k) / agree], rtol=1e-13
    )


def test_error_below_float_range_is_kept():
    outcome = theory.predict(Problem(10**6, 101, 0.1, 30.0, margin="uniform:1"), Full())
    assert outcome.log_error[1] < -1e6 and outcome.accuracy[1] == 1.0
    want = reference.log_error(float(outcome.kappa[0]), "uniform", 1.0)
    assert relative(outcome.log_error[0], want) < 1e-12


@pytest.mark.parametrize(("name", "many"), [("constant", 20000), ("uniform", 2000)])
def test_clean_labels_are_never_improved(name, many):
    """R8, strictly wherever the two are further apart than rounding."""
    rng = np.random.default_rng(8)
    rho, alpha = 10 ** rng.uniform(-6, 6, many), 10 ** rng.uniform(-6, 6, many)
    limit = theory.isotropic(rho, alpha, 0.0, made(name, 0.5))
    initial, full, _ = kappas(limit)
    b = jax.jit(theory.moments, static_argnums=0)(Full(), limit).b
    rounding = (full <= initial * (1 + 1e-14)) & (b < 1e-12 * limit.k)
    assert ((full < initial) | rounding).all() and (full < initial).mean() > 0.3


class MarginFlips(ExactNoise):
    """Flips that become rarer with the margin."""

    def flip_given_margin(self, m):
        return 0.4 * jnp.exp(1.0 - m)

    def mean_flip(self, law):
        m, w = law.nodes(0.0, 0.0)
        return jnp.sum(w * self.flip_given_margin(m))


def test_flips_that_depend_on_the_margin():
    """R18, against a Monte-Carlo average of the same expectations."""
    rho, alpha = 1.3, 2.0
    problem = Problem(200, 101, gamma=rho**0.5, noise=MarginFlips(), margin="uniform:1")
    limit = theory.limit_of(problem)
    m = 1 + (jnp.arange(20000) + 0.5) / 20000
    p = MarginFlips().flip_given_margin(m)
    k, a0 = alpha**-0.5, jnp.mean(m * (1 - 2 * p))
    np.testing.assert_allclose(limit.a0, a0, rtol=1e-8)
    t = lambda x: jax.lax.erf(x / 2**0.5)  # noqa: E731
    a = rho * a0 / k * m
    got = theory.moments(Full(), limit)
    want = jnp.mean(m * ((1 - p) * t(a + k) + p * t(a - k)))
    np.testing.assert_allclose(got.a, want, rtol=1e-8)
    np.testing.assert_allclose(got.c, jnp.mean((1 - p) * t(a + k) - p * t(a - k)), rtol=1e-8)


@pytest.mark.parametrize("law", [Constant(), HalfNormal(0.5), Uniform(1e3), Gaussian()])
def test_rule_moments_agree_with_closed_forms(law):
    rule_moments = jax.jit(theory.rule_moments)
    for point in ((4.0, 2.0, 0.3), (1e3, 1e-2, 0.1), (50.0, 1e4, 0.3)):
        limit = theory.isotropic(*point, law)
        for rule in (Full(), Consensus()):
            pairs = zip(
                jax.tree.leaves(theory.moments(rule, limit)),
                jax.tree.leaves(rule_moments(rule, limit)),
                strict=True,
            )
            for closed, summed in pairs:
                np.testing.assert_allclose(summed, closed, rtol=1e-12, atol=1e-13 * law.mean())


def test_bad_input():
    problem = Problem(50, 11, 0.1)
    with pytest.raises(ValueError, match="rounds = -1"):
        theory.predict(problem, Full(), -1)
    assert theory.predict(problem, Full(), 0).kappa.shape == (1,)
    assert theory.predict(problem, Initial(), 4).kappa.shape == (5,)
