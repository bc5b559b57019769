"""Flips by class (R17) and by margin (R18): engines, limit and finite n against each other."""

import jax
import numpy as np
import pytest

import sim
import theory
from sim import dice
from sim.noise_kinds import ClassFlips, MarginFlips
from theory.fluctuations import fluctuations

KEY = jax.random.key(3)


def test_margin_flips_agree_in_dice_limit_and_finite_n():
    noise = MarginFlips(0.4, 0.8)
    problem = sim.Problem(2000, 401, gamma=1.1, margin="uniform:1", noise=noise)
    kappa = np.asarray(dice.run(problem, sim.Full(), key=KEY, seeds=3000).kappa)
    error = kappa.std(0) / 3000**0.5
    assert np.all(np.abs(kappa.mean(0) - fluctuations(problem).mean[:2]) < 4 * error)
    np.testing.assert_allclose(kappa.mean(0), theory.predict(problem, sim.Full()).kappa, rtol=0.005)
    even = sim.Problem(2000, 401, float(problem.p), 1.1, margin="uniform:1")
    assert np.abs(kappa[:, 0].mean() - fluctuations(even).mean[0]) > 10 * error[0]


def test_class_flips_act_through_their_average():
    """Labels flipped class by class in NumPy against the exact law at the averaged rate."""
    rng, seeds, n, d = np.random.default_rng(0), 400, 60, 20
    problem = sim.Problem(n, d, gamma=1.2, noise=ClassFlips(0.1, 0.5, positive=0.7))
    drawn = []
    for _ in range(seeds):
        y = np.where(rng.random(n) < 0.7, 1.0, -1.0)
        x = rng.normal(size=(n, d))
        x[:, 0] = 1.2 * y
        given = np.where(rng.random(n) < np.where(y > 0, 0.1, 0.5), -y, y)
        first = given @ x
        theta = np.stack([first, np.sign(x @ first) @ x])
        drawn.append(1.2 * theta[:, 0] / np.linalg.norm(theta[:, 1:], axis=1))
    drawn = np.array(drawn)
    exact = np.asarray(dice.run(problem, sim.Full(), key=KEY, seeds=4000).kappa)
    error = np.sqrt(drawn.var(0) / seeds + exact.var(0) / 4000)
    assert np.all(np.abs(drawn.mean(0) - exact.mean(0)) < 4 * error)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ClassFlips(0.9, 0.3), "average flip probability = 0.6"),
        (lambda: ClassFlips(-0.1, 0.3), "p_plus = -0.1"),
        (lambda: MarginFlips(0.5, 1.0), "p = 0.5"),
        (lambda: MarginFlips(0.4, -1.0), "decay = -1"),
    ],
)
def test_bad_input(build, message):
    with pytest.raises(ValueError, match=message):
        build()
