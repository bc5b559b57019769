"""Outcomes for people: labelled axes, and a line that tells what is in them."""

import jax.numpy as jnp
import numpy as np
import pytest

from relabel_lab.sim import Outcome, Problem, parse_scheme
from relabel_lab.theory import predict

pytestmark = pytest.mark.smoke


def made(*shape):
    kappa = jnp.arange(np.prod(shape), dtype=float).reshape(shape) / 10
    return Outcome(kappa, jnp.log(0.25) + 0 * kappa, 0.9 + 0 * kappa, 1 + 0 * kappa)


def test_axes_are_labelled():
    told = made(3, 2).to_xarray()
    assert dict(told.sizes) == {"seed": 3, "round": 2}
    np.testing.assert_array_equal(told.kappa.sel(round=1), [0.1, 0.3, 0.5])
    np.testing.assert_allclose(told.accuracy, 0.75, rtol=1e-15)
    assert set(told) == {"kappa", "accuracy", "log_error", "label_accuracy", "coverage"}


def test_predictions_have_no_seeds():
    scheme = parse_scheme("full")
    one = predict(Problem(1000, 501, 0.3, 1.5), scheme).to_xarray()
    many = predict(Problem(1000, 501, np.array([0.2, 0.3]), 1.5), scheme).to_xarray()
    assert dict(one.sizes) == {"round": 2}
    assert dict(many.sizes) == {"problem": 2, "round": 2}
    np.testing.assert_allclose(many.kappa[1], one.kappa, rtol=1e-14)


def test_repr_tells_means():
    assert repr(made(3, 2)) == (
        "Outcome(shape=(3, 2), mean kappa=[0.2 0.3], mean accuracy=[0.75 0.75])"
    )
