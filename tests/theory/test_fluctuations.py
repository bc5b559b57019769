"""R20 against the dice engine, its exact cases and what it must not do."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from relabel_lab import sim
from relabel_lab.sim import dice
from relabel_lab.theory import boundary, sample_size
from relabel_lab.theory.fluctuations import fluctuations, scheme_law
from tests.strategies import agrees, share_error, within

SCHEMES = (sim.Full(), sim.Consensus())


def _drawn(problem, seeds, number=0):
    results = dice.run_many(problem, SCHEMES, key=jax.random.key(number), seeds=seeds)
    full, consensus = (np.asarray(results[s.name].kappa) for s in SCHEMES)
    return np.stack([full[:, 0], full[:, 1], consensus[:, 1]])


CASES = [
    sim.Problem(500, 101, 0.45, 1.22),
    sim.Problem(3000, 3001, 0.3, 1.25),
    sim.Problem(1100, 400, 0.4, 0.9),
    sim.Problem(900, 11, 0.1, 2.5, margin="half-normal:1"),  # kappa bends most at small rank
    sim.Problem(700, 301, 0.35, 0.95, margin="half-normal:1"),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_joint_law_agrees_with_dice(case):
    problem, seeds = CASES[case], 20_000
    law, kappa = fluctuations(problem), _drawn(CASES[case], seeds, case)
    spread = kappa.std(1)
    assert agrees(kappa.T, law.mean)
    ratio = np.sqrt(np.diag(law.covariance)) / spread
    np.testing.assert_allclose(ratio, 1, atol=0.01 + 3 / (2 * seeds) ** 0.5)
    scale = np.sqrt(np.diag(law.covariance))
    correlation = np.asarray(law.covariance) / np.outer(scale, scale)
    np.testing.assert_allclose(correlation, np.corrcoef(kappa), atol=0.03)
    improved = (kappa[1:] > kappa[0]).mean(1)
    error = share_error(improved, seeds)
    assert within(law.improves, improved, error, errors=3.5, also=0.004 + 1 / seeds)


@pytest.mark.parametrize(
    ("n", "d", "p", "gamma"),
    [(500, 4001, 0.1, 2.2**0.5), (1000, 10_001, 0.05, 2**0.5), (500, 3001, 0.2, 3**0.5)],
)
def test_where_few_labels_change(n, d, p, gamma):
    """Includes the chance that none changes, when kappa does not either."""
    problem, seeds = sim.Problem(n, d, p, gamma), 20_000
    law, kappa = fluctuations(problem), _drawn(problem, seeds)
    assert law.changes < 6
    same = np.abs(kappa[1] / kappa[0] - 1) < 1e-6
    improved = ((kappa[1:] > kappa[0]) & ~same).mean(1)
    for found, drawn in ((law.improves, improved), (law.unchanged, same.mean())):
        assert within(found, drawn, share_error(drawn, seeds), errors=3.5, also=0.005)


def test_limits_of_the_law():
    """Large n: the mean tends to R5 and the spread falls like n^(-1/2)."""
    from relabel_lab import theory

    means, spreads = [], []
    for n in (10_000, 40_000):
        problem = sim.Problem(n, n // 2 + 1, 0.3, 1.5)
        law = fluctuations(problem)
        predicted = theory.predict(problem, sim.Full()).kappa
        means.append(np.abs(law.mean[:2] - predicted))
        spreads.append(np.sqrt(np.diag(law.covariance)))
    np.testing.assert_allclose(means[0] / means[1], 4, rtol=0.1)
    np.testing.assert_allclose(spreads[0] / spreads[1], 2, rtol=0.01)


def test_clean_labels_never_improve():
    assert np.all(fluctuations(sim.Problem(2000, 201, 0.0, 1.5)).improves < 1e-6)


def test_bad_input():
    with pytest.raises(ValueError, match="spectrum"):
        fluctuations(sim.Problem(100, 3, 0.1, spectrum=[1.0, 2.0]))
    with pytest.raises(ValueError, match="target"):
        sample_size(sim.Problem(100, 3, 0.1), 1.0)
    with pytest.raises(ValueError, match="accuracy"):
        sample_size(sim.Problem(100, 3, 0.1), 0.9, accuracy=0.4)


def test_smallest_sample_size_is_where_dice_puts_it():
    problem, seeds = sim.Problem(2, 201, 0.4, 1.5), 20_000
    found = sample_size(problem, 0.95)
    improved = [
        (k[1] > k[0]).mean()
        for k in (
            _drawn(sim.Problem(n, 201, 0.4, 1.5), seeds) for n in (found.n, found.n * 9 // 10)
        )
    ]
    assert within(improved[0], 0.95, share_error(0.95, seeds), errors=3.5, also=0.004)
    assert improved[1] < 0.945


def test_accuracy_can_be_the_target():
    found = sample_size(sim.Problem(2, 201, 0.4, 1.5), 0.9, accuracy=0.9)
    problem = sim.Problem(found.n, 201, 0.4, 1.5)
    kappa = _drawn(problem, 20_000)[1]
    reached = (np.asarray(problem.law.accuracy(kappa)) > 0.9).mean()
    assert abs(reached - 0.9) < 0.012


@pytest.mark.parametrize("name", ["confident:0.5", "optimal", "crossfit:3", "fresh"])
def test_any_scheme_agrees_with_dice(name):
    problem, seeds = sim.Problem(500, 101, 0.45, 1.22), 20_000
    scheme = sim.parse_scheme(name)
    law = scheme_law(problem, scheme)
    kappa = np.asarray(dice.run(problem, scheme, key=jax.random.key(7), seeds=seeds).kappa)
    assert agrees(kappa, law.mean)
    ratio = np.sqrt(np.diag(law.covariance)) / kappa.std(0)
    np.testing.assert_allclose(ratio, 1, atol=0.01 + 3 / (2 * seeds) ** 0.5)
    share = (kappa[:, 1] > kappa[:, 0]).mean()
    assert within(law.improves, share, share_error(share, seeds), errors=3.5, also=0.004)


def test_interpolation_is_a_mix():
    problem = CASES[0]
    law, mixed = scheme_law(problem, sim.Consensus()), fluctuations(problem)
    np.testing.assert_allclose(law.mean, mixed.mean[jnp.array([0, 2])], rtol=1e-9)
    np.testing.assert_allclose(law.improves, mixed.improves[1], rtol=1e-9)


@pytest.mark.parametrize(
    ("d", "scheme", "names"),
    [
        (8, "fresh", "d = 8"),
        (8, "crossfit:5", "d = 8"),
        (100, "crossfit:50", "folds"),
        (100, "initial", "initial"),
    ],
)
def test_schemes_without_a_law_are_refused(d, scheme, names):
    with pytest.raises(ValueError, match=names):
        scheme_law(sim.Problem(500, d, 0.3, 1.2), sim.parse_scheme(scheme))


def test_width_of_the_boundary_is_where_dice_puts_it():
    seeds = 20_000
    found = boundary(sim.Problem(600, 301, 0.4), "rho")
    for level, rho in zip(found.levels, found.values, strict=True):
        improved = _drawn(sim.Problem(600, 301, 0.4, rho**0.5), seeds)[:2]
        share = (improved[1] > improved[0]).mean()
        assert within(share, level, share_error(level, seeds), errors=3.5, also=0.004)
