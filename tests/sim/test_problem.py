"""Bad input is refused with the argument, its value and what is allowed; good input is kept."""

import jax.numpy as jnp
import numpy as np
import pytest

from relabel_lab import sim
from relabel_lab.sim import improved, power_spectrum, settled

pytestmark = pytest.mark.smoke


GOOD = {"n": 10, "d": 4, "p": 0.1, "gamma": 1.0, "sigma": 1.0}
NAN = float("nan")
INFINITE = float("inf")


@pytest.mark.parametrize(
    ("field", "value", "shown", "allowed"),
    [
        ("p", 0.5, "0.5", "[0, 0.5)"),
        ("p", -1e-9, "-1e-09", "[0, 0.5)"),
        ("p", 1.0, "1.0", "[0, 0.5)"),
        ("p", NAN, "nan", "[0, 0.5)"),
        ("p", "many", "many", "[0, 0.5)"),
        ("n", 1, "1", "a whole number >= 2"),
        ("n", 2.5, "2.5", "a whole number >= 2"),
        ("n", NAN, "nan", "a whole number >= 2"),
        ("n", INFINITE, "inf", "a whole number >= 2"),
        ("d", 1, "1", "a whole number >= 2"),
        ("d", -3, "-3", "a whole number >= 2"),
        ("d", 3.5, "3.5", "a whole number >= 2"),
        ("gamma", 0.0, "0.0", "finite and > 0"),
        ("gamma", -1.0, "-1.0", "finite and > 0"),
        ("gamma", NAN, "nan", "finite and > 0"),
        ("gamma", INFINITE, "inf", "finite and > 0"),
        ("sigma", 0.0, "0.0", "finite and > 0"),
        ("sigma", -2.0, "-2.0", "finite and > 0"),
        ("sigma", NAN, "nan", "finite and > 0"),
        ("margin", "cubic", "cubic", "constant, gaussian[:S], half-normal:S"),
        ("margin", "half-normal:0", "0.0", "finite and > 0"),
        ("margin", "half-normal:nan", "nan", "finite and > 0"),
        ("margin", "uniform:-1", "-1.0", "finite and > 0"),
        ("spectrum", [1.0, 1.0], "2", "d - 1 = 3"),
        ("spectrum", [1.0, -1.0, 1.0], "-1.0", ">= 0"),
        ("spectrum", [1.0, NAN, 1.0], "nan", ">= 0"),
        ("spectrum", [1.0, INFINITE, 1.0], "inf", "finite"),
        ("spectrum", [0.0, 0.0, 0.0], "all zeros", "at least one"),
    ],
)
def test_refuses(field, value, shown, allowed):
    with pytest.raises(ValueError) as error:
        sim.Problem(**(GOOD | {field: value}))
    message = str(error.value)
    assert field in message and shown in message and allowed in message
    assert "\n" not in message


@pytest.mark.parametrize("entry", [0.5, NAN, -0.1])
def test_refuses_one_bad_entry_of_a_grid(entry):
    with pytest.raises(ValueError, match="p = "):
        sim.Problem(**(GOOD | {"p": np.array([0.1, entry, 0.2])}))


def test_takes_flips_one_way_only():
    with pytest.raises(ValueError, match="exactly one of p"):
        sim.Problem(10, 4)
    with pytest.raises(ValueError, match="exactly one of p"):
        sim.Problem(10, 4, 0.1, noise=sim.UniformFlips(0.1))


def test_edges_are_allowed():
    problem = sim.Problem(2, 2, 0.0, 1e-69, 1e69, spectrum=[1e-8])
    assert problem.p == 0.0 and problem.r == 1 and problem.alpha == 2.0


def test_derived_parameters():
    problem = sim.Problem(100, 21, 0.3, 3.0, 2.0)
    assert (problem.r, problem.alpha, problem.rho) == (20, 5.0, 2.25)
    assert problem.noise.flip_given_margin(np.ones(3)).tolist() == [0.3] * 3


def test_spectrum_sets_the_mean_variance():
    spectrum = power_spectrum(51, 0.7, sigma=1.5)
    problem = sim.Problem(100, 51, 0.3, 3.0, spectrum=spectrum)
    assert problem.rho == pytest.approx(4.0, rel=1e-14)
    assert np.all(np.diff(spectrum) < 0)
    assert spectrum[0] / spectrum[9] == pytest.approx(10**0.7, rel=1e-12)


def test_unchanged_labels_and_empty_selections_keep_the_model():
    """Rounding cannot improve a model: the kappa of round 0, or of the round before, is taken."""
    kappa = np.array([[1.0, 1.0 + 1e-15, 1.001], [1.0, 1.2, 0.0], [1.0, 0.0, 1.1]])
    same = np.array([[True, True, False], [True, False, False], [True, False, False]])
    coverage = np.array([[1.0, 1.0, 1.0], [1.0, 0.5, 0.0], [1.0, 0.0, 1.0]])
    found = settled(sim.RoundSummary(kappa, coverage, jnp.asarray(coverage), jnp.asarray(same)))
    np.testing.assert_array_equal(found, [[1, 1, 1.001], [1, 1.2, 1.2], [1, 1, 1.1]])
    np.testing.assert_array_equal(
        improved(found), [[False, False, True], [False, True, True], [False, False, True]]
    )
