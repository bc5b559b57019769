"""Several rounds in the limit (R21) against an independent quadrature, R5, R7, R12 and dice."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm

from relabel_lab import theory
from relabel_lab.sim import Problem, power_spectrum, simulate
from relabel_lab.sim.noise import MarginFlips
from relabel_lab.sim.schemes import (
    Confident,
    Consensus,
    CrossFit,
    Full,
    LeaveOneOut,
    Optimal,
    OptimalUncorrected,
    Soft,
)
from relabel_lab.theory import RoundsPrediction, Status, best_rounds, predict, predict_rounds
from relabel_lab.theory.limit.later_rounds import optimal_path
from tests.strategies import agrees, mean_and_error, within

ONE = {"full": (1.0, -1.0), "consensus": (1.0, 0.0)}  # labels of right-labelled samples, both signs
PUBLISHED = {  # alpha, rho, p: theory.md's values of R21
    (2.0, 2.25, 0.3): {
        "full": (1.2727922, 2.0064942, 2.5366822, 2.8867195),
        "consensus": (1.2727922, 1.7995775, 2.0698685, 2.2183985),
    },
    (0.5, 1.6, 0.4): {
        "full": (0.2262742, 0.2250022, 0.2218758, 0.2201053),
        "consensus": (0.2262742, 0.2319853, 0.2325238, 0.2326423),
    },
    (10.0, 0.9, 0.35): {
        "full": (0.8538150, 0.8397341, 0.7747053, 0.7089797),
        "consensus": (0.8538150, 0.8629780, 0.8503755, 0.8389689),
    },
}
BASE = Problem(4000, 2001, 0.3, 1.5)


def problems(places):
    alpha, rho, p = (np.array(column) for column in zip(*places, strict=True))
    r = 2000
    return Problem(np.round(alpha * r), r + 1, p, np.sqrt(rho))


def plain_limit(alpha, rho, p, labels, rounds, side=70):
    """R21 as it is stated, C and K, all fields but the last on Gauss-Legendre halves."""
    points, weights = np.polynomial.legendre.leggauss(side)
    above, below = labels
    response, overlap, signal = np.zeros((1, 1)), np.ones((1, 1)), [1 - 2 * p]
    for t in range(1, rounds + 1):
        carried = np.linalg.inv(np.eye(t) - response)
        memory, covariance = carried / alpha, carried @ overlap @ carried.T / alpha
        factor = np.linalg.cholesky(covariance)
        row, noise, a = np.zeros(t + 1), np.zeros(t), 0.0
        for s, share in ((1, 1 - p), (-1, p)):
            weight, xi, tau = np.array([share]), np.zeros((0, 1)), np.ones((1, 1))
            for j in range(t):
                known = s * rho * signal[j] + memory[j, : j + 1] @ tau + factor[j, :j] @ xi
                jump = -known / factor[j, j]
                if j == t - 1:
                    break
                cut = np.clip(jump, -9, 9)
                new, w = [], []
                for low, high in ((-9 + 0 * cut, cut), (cut, 9 + 0 * cut)):
                    half = (high - low)[:, None] / 2
                    new.append(low[:, None] + half * (points + 1))
                    w.append(half * weights)
                new, w = (
                    np.concatenate(new, 1),
                    np.concatenate(w, 1) * norm.pdf(np.concatenate(new, 1)),
                )
                weight = (weight[:, None] * w).ravel()
                xi, tau = np.repeat(xi, 2 * side, 1), np.repeat(tau, 2 * side, 1)
                right = (new > jump[:, None]).ravel()
                xi = np.vstack([xi, new.ravel()])
                tau = np.vstack([tau, np.where(right, above, below)])
            up = norm.sf(jump)
            mean = above * up + below * (1 - up)
            a += weight @ (s * mean)
            row[:t] += tau @ (weight * mean)
            row[t] += weight @ (above**2 * up + below**2 * (1 - up))
            noise[: t - 1] += xi @ (weight * mean)
            noise[t - 1] += weight @ ((above - below) * norm.pdf(jump))
        response = np.pad(response, (0, 1))
        response[t, :t] = np.linalg.solve(factor.T, noise)
        overlap = np.pad(overlap, (0, 1))
        overlap[t], overlap[:, t] = row, row
        signal.append(a)
    carried = np.linalg.inv(np.eye(rounds + 1) - response)
    length = np.sqrt(np.diag(carried @ overlap @ carried.T) / alpha)
    return rho * np.array(signal) / length


@pytest.fixture(scope="module")
def sixteen():
    """Predictions of three rounds at the published places and 13 random ones."""
    rng = np.random.default_rng(5)
    random = [
        (10 ** rng.uniform(-1, 1), 10 ** rng.uniform(-0.7, 0.8), rng.choice([0.02, 0.2, 0.4, 0.49]))
        for _ in range(12)
    ]
    places = [*PUBLISHED, (0.115, 1.51, 0.02), *random]  # the fourth: nearly collinear fields
    grid = problems(places)
    return places, {scheme.name: predict(grid, scheme, 3) for scheme in (Full(), Consensus())}


@pytest.mark.parametrize("scheme", ["full", "consensus"])
def test_three_rounds_have_the_published_values(sixteen, scheme):
    found = np.asarray(sixteen[1][scheme].kappa[:3])
    published = np.array([values[scheme] for values in PUBLISHED.values()])
    np.testing.assert_allclose(found, published, rtol=0, atol=5.1e-8)  # they have seven decimals


@pytest.mark.parametrize("scheme", ["full", "consensus"])
def test_three_rounds_agree_with_an_independent_quadrature(sixteen, scheme):
    for place, found in zip(sixteen[0][:2], np.asarray(sixteen[1][scheme].kappa), strict=False):
        np.testing.assert_allclose(found, plain_limit(*place, ONE[scheme], 3), rtol=1e-11)


def test_three_rounds_are_known_to_a_billionth_wherever_alpha_lies(sixteen):
    for found in sixteen[1].values():
        assert isinstance(found, RoundsPrediction) and found.method == "quadrature"
        assert np.all(np.asarray(found.error / found.kappa) < 1e-9)
        assert np.all(np.asarray(found.status) == Status.PREDICTED)


def test_label_accuracies_of_three_rounds(sixteen):
    found = np.asarray(sixteen[1]["full"].label_accuracy[0])
    np.testing.assert_allclose(found, [0.7, 0.897559, 0.962656, 0.987583], atol=5.1e-7)


BY_MARGIN = Problem(4000, 2001, None, 1.5, margin="uniform:2", noise=MarginFlips(0.4, 0.8))


@pytest.mark.parametrize(
    ("problem", "scheme"),
    [
        (BASE, Consensus()),
        (BASE, CrossFit(3)),
        (BASE, Confident(0.4)),
        (BASE, Soft(0.7)),
        (BASE, Optimal()),
        (BY_MARGIN, Consensus()),
        (Problem(4000, 2001, 0.3, 1.5, margin="half-normal:0.5"), Full()),
    ],
)
def test_one_round_is_R5(problem, scheme):
    known, found = predict(problem, scheme), predict_rounds(problem, scheme.bind(problem), 1)
    for quantity in ("kappa", "label_accuracy", "coverage"):
        np.testing.assert_allclose(getattr(found, quantity), getattr(known, quantity), rtol=1e-11)


def test_optimal_retraining_follows_its_state_evolution():
    """R12 knows nothing of C, Q or D: memory and correction cancel only if R21 has them right."""
    found = predict_rounds(BASE, Optimal().bind(BASE, 2), 2)
    np.testing.assert_allclose(found.kappa, optimal_path(BASE, 2), rtol=1e-11)


def deviations(outcome, found):
    kappa = np.asarray(outcome.kappa)
    error = kappa.std(0, ddof=1) / np.sqrt(len(kappa))
    return (kappa.mean(0) - np.asarray(found.kappa)) / error


def test_dice_agree_over_rounds_with_a_spectrum():
    """Two levels of the spectrum, none of which dominates; O(1/n) is a third of these errors."""
    spectrum = np.repeat([0.4, 1.6], 300)
    problem = Problem(1500, 601, 0.3, 1.2, spectrum=spectrum)
    schemes = (Full(), LeaveOneOut())
    drawn = simulate(problem, schemes, 2, key=jax.random.key(3), seeds=48)
    for scheme in schemes:
        found = predict(problem, scheme, 2)
        assert int(found.status) == Status.PREDICTED
        assert np.max(np.abs(deviations(drawn[scheme.name], found))) < 4
        wrong = predict(Problem(1500, 601, 0.3, 1.2, np.sqrt(spectrum.mean())), scheme, 2)
        assert np.max(np.abs(deviations(drawn[scheme.name], wrong))) > 4, "the spectrum matters"


def test_dice_agree_with_cross_fitting_over_rounds():
    problem = Problem(1500, 751, 0.3, 1.5)
    drawn = simulate(problem, (CrossFit(2),), 2, key=jax.random.key(4), seeds=64)["crossfit:2"]
    assert np.max(np.abs(deviations(drawn, predict(problem, CrossFit(2), 2)))) < 4
    assert np.max(np.abs(deviations(drawn, predict(problem, Full(), 2)))) > 6


def test_a_flat_spectrum_is_isotropic():
    flat = Problem(1000, 501, 0.3, 1.5, spectrum=np.ones(500))
    found, known = predict(flat, Full(), 2), predict(Problem(1000, 501, 0.3, 1.5), Full(), 2)
    np.testing.assert_allclose(found.kappa, known.kappa, rtol=1e-12)


def test_a_spectrum_that_dominates_later_rounds_is_withheld_there():
    problem = Problem(4000, 801, 0.25, 0.8, spectrum=power_spectrum(801, 0.2))
    assert int(predict(problem, Full(), 1).status) == Status.PREDICTED
    later = predict(problem, Full(), 2)
    assert int(later.status) == Status.DOMINATED and "eigenvalue" in later.reason
    assert np.all(np.isnan(later.kappa)) and np.all(np.isnan(later.error))


def test_sobol_points_agree_with_quadrature():
    from relabel_lab.theory.limit.rounds.card import elementwise
    from relabel_lab.theory.limit.rounds.setting import setting_of
    from relabel_lab.theory.limit.rounds.sobol import trajectories

    known = np.asarray(predict(BASE, Full(), 2).kappa)
    found = np.asarray(trajectories(setting_of(BASE)[0], elementwise(Full()), 2, 0)[0].kappa)[0]
    assert agrees(found, known, also=1e-12)
    assert np.all(mean_and_error(found)[1] / known < 1e-3)


def test_many_rounds_have_a_stated_error():
    found = predict(BASE, OptimalUncorrected(), 6)
    assert found.method == "quasi-Monte Carlo"
    assert np.all(np.isfinite(found.kappa)) and np.all(np.asarray(found.error / found.kappa) < 5e-3)
    few = predict(BASE, OptimalUncorrected(), 2)
    assert within(found.kappa[:3], few.kappa, found.error[:3], errors=3, also=few.error)


def test_best_number_of_rounds():
    grid = problems([(10.0, 0.9, 0.35), (2.0, 2.25, 0.3)])
    full, consensus = best_rounds(grid, Full(), 2), best_rounds(grid, Consensus(), 2)
    assert np.asarray(full.rounds).tolist() == [0, 2]
    assert np.asarray(consensus.rounds).tolist() == [1, 2]
    assert np.asarray(consensus.rising).tolist() == [False, True]


def test_separation_where_a_round_begins_to_harm():
    alpha = np.array([0.3, 3.0])
    line = theory.collapse_separation(alpha, 0.4999, Full(), 1)
    np.testing.assert_allclose(line, theory.critical_separation(alpha, Full()), rtol=1e-3)
    for p in (0.2, 0.4):
        second = theory.collapse_separation(2.0, p, Full(), 2)
        below, above = problems([(2.0, 0.99 * second, p)]), problems([(2.0, 1.01 * second, p)])
        path = [np.asarray(predict(problem, Full(), 2).kappa)[0] for problem in (below, above)]
        assert path[0][2] < path[0][1] and path[1][2] > path[1][1]


def test_bad_rounds_are_refused():
    with pytest.raises(ValueError, match="against"):
        theory.collapse_separation(1.0, 0.3, Full(), 2, against=2)
    with pytest.raises(ValueError, match="most"):
        best_rounds(BASE, Full(), 0)
    assert np.isinf(theory.collapse_separation(jnp.asarray(1.0), 0.0, Full(), 1)), "R8"
