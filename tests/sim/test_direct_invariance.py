"""What changes nothing in drawn data: rotations, order, class balance, units."""

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from relabel_lab import sim
from relabel_lab.sim import direct
from tests.sim.drawing import KEY, SCHEMES, SIZE, draw, retrain
from tests.strategies import alike

FEW = settings(max_examples=15, deadline=None, derandomize=True)


@FEW
@given(st.integers(0, 2**31), st.sampled_from(SCHEMES))
def test_rotation(seed, scheme):
    data = draw(sim.Problem(**SIZE, p=0.3, gamma=1.7), dtype=jnp.float64)
    square = np.random.default_rng(seed).standard_normal((SIZE["d"], SIZE["d"]))
    rotation, _ = np.linalg.qr(square)
    plain, labels = retrain(scheme, data.x, data.given, 2)
    turned, same = retrain(scheme, data.x @ rotation, data.given, 2)
    np.testing.assert_array_equal(labels, same)
    np.testing.assert_allclose(turned @ rotation.T, plain, atol=1e-12)


@FEW
@given(st.integers(0, 2**31), st.sampled_from(SCHEMES))
def test_sample_order(seed, scheme):
    data = draw(sim.Problem(**SIZE, p=0.3, gamma=1.7), dtype=jnp.float64)
    order = np.random.default_rng(seed).permutation(SIZE["n"])
    plain, labels = retrain(scheme, data.x, data.given, 2)
    mixed, moved = retrain(scheme, data.x[order], data.given[order], 2)
    np.testing.assert_array_equal(labels[:, order], moved)
    np.testing.assert_allclose(mixed, plain, atol=1e-13)


@FEW
@given(st.lists(st.booleans(), min_size=SIZE["n"], max_size=SIZE["n"]), st.sampled_from(SCHEMES))
def test_any_class_balance(flip, scheme):
    """Swapping the class of samples (x, given) -> (-x, -given) leaves every model as it is."""
    data = draw(sim.Problem(**SIZE, p=0.3, gamma=1.7), dtype=jnp.float64)
    sign = np.where(flip, -1.0, 1.0)
    plain, labels = retrain(scheme, data.x, data.given, 2)
    swapped, others = retrain(scheme, data.x * sign[:, None], data.given * sign, 2)
    np.testing.assert_array_equal(labels * sign, others)
    np.testing.assert_allclose(swapped, plain, atol=1e-13)


def test_share_of_positive_labels_does_not_change_the_law():
    problem = sim.Problem(**SIZE, p=0.3, gamma=1.7)
    rare, common = (
        direct.run_many(problem, SCHEMES, 2, key=jax.random.key(seed), seeds=400, positive=share)[
            "full"
        ]
        for seed, share in ((1, 0.1), (2, 0.9))
    )
    assert alike(rare.kappa, common.kappa)


@FEW
@given(st.floats(1e-3, 1e3))
def test_joint_scaling_of_gamma_and_sigma(factor):
    options = {"key": KEY, "seeds": 2, "dtype": jnp.float64}
    plain = direct.run_many(sim.Problem(**SIZE, p=0.3, gamma=1.7, sigma=0.8), SCHEMES, 2, **options)
    scaled = direct.run_many(
        sim.Problem(**SIZE, p=0.3, gamma=1.7 * factor, sigma=0.8 * factor), SCHEMES, 2, **options
    )
    for name, outcome in plain.items():
        np.testing.assert_allclose(scaled[name].kappa, outcome.kappa, rtol=1e-11)
        np.testing.assert_array_equal(scaled[name].coverage, outcome.coverage)
