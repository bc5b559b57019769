"""R12: state evolution against message passing, fixed points, and the one-round scheme."""

import jax
import numpy as np
import pytest

from relabel_lab import sim, theory
from relabel_lab.sim.direct import amp
from relabel_lab.sim.schemes import parse_scheme
from relabel_lab.theory.limit import Mixture, bayes_accuracy, evolution, fixed_points, step
from relabel_lab.theory.limit.state_evolution import accuracy, fresh_kappa
from tests.strategies import agrees

MIXTURE = Mixture(1.5, 0.3, 2.0)


def test_message_passing_follows_state_evolution():
    problem = sim.Problem(1200, 600, 0.3, 1.5, margin="gaussian")
    result = amp.run(problem, 4, key=jax.random.key(1), seeds=12)
    predicted = accuracy(evolution(MIXTURE, 4), MIXTURE)
    assert agrees(result.accuracy, predicted, also=5e-4)


def test_the_onsager_terms_matter():
    problem = sim.Problem(1200, 600, 0.3, 1.5, margin="gaussian")
    runs = [
        amp.run(problem, 1, key=jax.random.key(1), seeds=12, onsager=on).accuracy[:, 1]
        for on in (True, False)
    ]
    gain = runs[0] - runs[1]
    assert gain.mean() > 5 * gain.std(ddof=1) / 12**0.5


def test_first_round_is_the_optimal_scheme():
    """One round on hard labels is R11 with the posterior mean as its rule."""
    problem = sim.Problem(200_000, 100_001, 0.3, 1.5, margin="gaussian")
    one = theory.predict(problem, parse_scheme("optimal"))
    q = evolution(MIXTURE, 1)
    np.testing.assert_allclose(one.accuracy, accuracy(q, MIXTURE), rtol=1e-9)


def test_posterior_means_are_calibrated():
    """E f^2 = E[y f], checked by drawing fresh scores."""
    rng = np.random.default_rng(0)
    size, q = 400_000, 0.3
    kappa = float(fresh_kappa(q, MIXTURE))
    s = np.where(rng.random(size) < 0.3, -1, 1)
    f = np.tanh(kappa * (kappa + rng.standard_normal(size)) + s * np.log(0.7 / 0.3) / 2)
    for sample in (f, f**2):
        assert agrees(sample, step(q, MIXTURE))


def test_posterior_means_know_the_class_shares():
    rng, mixture, size, q = np.random.default_rng(1), Mixture(1.5, 0.3, 2.0, 0.2), 400_000, 0.3
    kappa = float(fresh_kappa(q, mixture))
    y = np.where(rng.random(size) < 0.2, 1, -1)
    given = y * np.where(rng.random(size) < 0.3, -1, 1)
    score = kappa * y + rng.standard_normal(size)
    f = np.tanh(kappa * score + given * np.log(0.7 / 0.3) / 2 + np.log(0.2 / 0.8) / 2)
    for values in (f**2, y * f):
        assert agrees(values, step(q, mixture))


def test_fixed_points_alternate_and_are_fixed():
    for mixture in (MIXTURE, Mixture(1.5, 0.3, 2.0, 0.3), Mixture(0.7, 0.499, 0.5)):
        points = fixed_points(mixture)
        assert points and points[-1].stable
        for point in points:
            assert abs(step(point.q, mixture) - point.q) < 1e-10
        flips = [a.stable != b.stable for a, b in zip(points, points[1:], strict=False)]
        assert all(flips)


def test_without_labels_the_pca_threshold_decides():
    """At p = 1/2, q = 0 is fixed with slope gamma^4 alpha: unstable above 1."""
    for gamma, alpha in ((1.5, 2.0), (0.7, 0.5)):
        zero, *others = fixed_points(Mixture(gamma, 0.5, alpha))
        assert abs(zero.slope - gamma**4 * alpha) < 1e-6
        assert bool(others) == (gamma**4 * alpha > 1)


def test_no_scheme_beats_the_bayes_accuracy():
    problem = sim.Problem(200_000, 100_001, 0.3, 1.5, margin="gaussian")
    best = bayes_accuracy(MIXTURE)
    for name in ("full", "consensus", "crossfit:5", "interpolate:-0.5", "optimal"):
        assert theory.predict(problem, parse_scheme(name)).accuracy[1] < best


def test_bad_input():
    with pytest.raises(ValueError, match="p = 0.0 .* in \\(0, 0.5\\]"):
        evolution(Mixture(1.0, 0.0, 1.0), 1)
    with pytest.raises(ValueError, match="margin"):
        amp.run(sim.Problem(10, 5, 0.1), key=jax.random.key(0), seeds=1)
