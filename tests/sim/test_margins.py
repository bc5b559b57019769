"""Margin laws: moments, sampling, quadrature and log-errors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from mpmath import mpf

from relabel_lab.sim.margins import Constant, Gaussian, HalfNormal, Uniform, parse_margin
from tests.strategies import within
from tests.theory import reference

LAWS = {
    "constant": (Constant(), None),
    "half-normal": (HalfNormal(0.5), 0.5),
    "uniform": (Uniform(1.5), 1.5),
    "gaussian": (Gaussian(0.7), 0.7),
}


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("slope", [0.0, 1e-3, 2.0, 1e8])
def test_quadrature_keeps_the_moments(name, slope):
    law = LAWS[name][0]
    m, w = law.nodes(slope, 1.7)
    moments = [float(jnp.sum(w * m**j)) for j in range(3)]
    np.testing.assert_allclose(moments, [1, law.mean(), law.second_moment()], rtol=1e-14)


@pytest.mark.parametrize("name", LAWS)
def test_samples_follow_the_law(name):
    law, many = LAWS[name][0], 200_000
    m = law.sample(jax.random.key(3), (many,))
    for j in (1, 2):
        nodes, w = law.nodes(0.0, 0.0)
        mean, square = jnp.sum(w * nodes**j), jnp.sum(w * nodes ** (2 * j))
        spread = jnp.sqrt(jnp.maximum(square - mean**2, 0) / many)
        assert within(jnp.mean(m**j), mean, spread, also=1e-12)
    assert name == "gaussian" or (m >= 1).all()
    assert law.sample(jax.random.key(3), (4,), jnp.float32).dtype == jnp.float32


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("kappa", [0.0, 1e-9, 0.4, 3.0, 12.0, 38.0, 1e3, 1e6])
def test_log_error_against_reference(name, kappa):
    law, parameter = LAWS[name]
    want = reference.log_error(kappa, name, parameter)
    assert abs(float(mpf(float(law.log_error(kappa))) / want - 1)) < 1e-13


@pytest.mark.parametrize(("name", "width"), [("half-normal", 1e-6), ("half-normal", 1e4)])
@pytest.mark.parametrize("kappa", [1e-3, 1.0, 60.0])
def test_log_error_at_extreme_widths(name, width, kappa):
    want = reference.log_error(kappa, name, width)
    assert abs(float(mpf(float(HalfNormal(width).log_error(kappa))) / want - 1)) < 1e-12


@pytest.mark.parametrize("name", LAWS)
def test_negative_kappa_mirrors_and_gradients_are_right(name):
    law = LAWS[name][0]
    kappa = jnp.array([0.0, 0.3, 2.0])
    np.testing.assert_allclose(law.accuracy(kappa), 1 - law.accuracy(-kappa), rtol=1e-13)
    derivative = jax.jit(jax.vmap(jax.grad(law.log_error)))
    for x in (kappa, -kappa - 0.1):
        numeric = (law.log_error(x + 1e-5) - law.log_error(x - 1e-5)) / 2e-5
        np.testing.assert_allclose(derivative(x), numeric, rtol=1e-7)
    assert jnp.isfinite(derivative(jnp.array([1e5, -1e5]))).all()


def test_errors_far_below_float_range():
    log_error = Uniform(1.0).log_error(jnp.array([40.0, 1e4]))
    assert (log_error < -800).all() and jnp.isfinite(log_error).all()
    assert (Uniform(1.0).accuracy(jnp.array([40.0])) == 1).all()


def test_parsing_and_bad_input():
    assert parse_margin("half-normal:0.5") == HalfNormal(0.5)
    assert isinstance(parse_margin("gaussian"), Gaussian)
    for text in ("cauchy", ""):
        with pytest.raises(ValueError, match="margin = .* must be one of constant, .*uniform:W"):
            parse_margin(text)
    for text, form in (
        ("uniform:wide", "uniform:W"),
        ("uniform:", "uniform:W"),
        ("half-normal", "half-normal:S"),
        ("constant:1", "constant"),
        ("gaussian:1,2", r"gaussian\[:S\]"),
    ):
        with pytest.raises(ValueError, match=f"margin = {text} .* must be {form}$"):
            parse_margin(text)
    with pytest.raises(ValueError, match="did you mean uniform"):
        parse_margin("unifrom:1")
    for text in ("uniform:-1", "half-normal:nan", "uniform:inf", "half-normal:0"):
        with pytest.raises(ValueError, match="must be finite and > 0"):
            parse_margin(text)
    with pytest.raises(ValueError, match="take Problem.law"):
        Gaussian().log_error(1.0)
