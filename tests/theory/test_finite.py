"""Laws at finite n and d against draws of the exact law, at the sizes where formulas fail."""

import math

import jax
import numpy as np
import pytest

from relabel_lab import sim
from relabel_lab.sim import dice
from relabel_lab.theory import finite_law, sample_size
from relabel_lab.theory.finite import HEAVY, NONE, expected_changes
from relabel_lab.theory.finite.hard_labels import FINE, Setting, hard_law, points

FULL = sim.parse_scheme("full")


def _drawn(problem, scheme, seeds=20_000, number=0):
    outcome = dice.run(problem, scheme, key=jax.random.key(number), seeds=seeds)
    return np.asarray(outcome.kappa, float), float(np.mean(sim.improved(outcome.kappa)[:, 1]))


def _close(chance, share, seeds=20_000, slack=0.003):
    assert abs(chance - share) < slack + 3.5 * (share * (1 - share) / seeds) ** 0.5


SMALL = [
    (20, 60, 0.05, 1.5, "full"),  # few flips, each nearly surely mended
    (50, 200, 0.02, 3.0, "full"),
    (500, 800, 0.003, 2.5, "consensus"),
    (16, 12, 0.25, 1.2, "interpolate:0.5"),
    (16, 5, 0.45, 2.0, "full"),  # kappa0 is often negative
    (64, 6, 0.35, 0.9, "interpolate:-0.5"),
    (2, 2, 0.3, 1.0, "full"),
    (5, 40, 0.0, 3.0, "consensus"),
]


@pytest.mark.parametrize("case", SMALL)
def test_hard_labels_at_small_sizes(case):
    n, d, p, gamma, name = case
    problem, scheme = sim.Problem(n, d, p, gamma), sim.parse_scheme(name)
    law, (kappa, share) = finite_law(problem, scheme), _drawn(problem, scheme)
    assert law.method.startswith("R25") and law.errors.p_improves < 0.004
    _close(law.p_improves, share)
    if d >= 6:
        error = 4 * kappa[:, 1].std() / 20_000**0.5
        assert abs(law.mean - kappa[:, 1].mean()) < error
        assert law.spread == pytest.approx(kappa[:, 1].std(), rel=0.04)


def test_steps_are_averaged_over_phases(monkeypatch):
    """n >> d: P is nearly a step in every sum, and one phase for all rows errs."""
    setting = Setting(5000, 2, 0.3, 0.25)
    right = hard_law(setting, FINE).improves(0.0)
    _, share = _drawn(sim.Problem(5000, 3, 0.3, 0.5), FULL, seeds=6000)
    _close(right, share, 6000)
    monkeypatch.setattr(points, "phases", lambda number: np.full(number, 0.5))
    assert abs(hard_law(setting, FINE).improves(0.0) - right) > 0.002


def test_moments_that_do_not_exist_are_infinite_and_quantiles_stand_in():
    problem = sim.Problem(30, 2, 0.3, 1.0)
    law, (kappa, share) = finite_law(problem, FULL), _drawn(problem, FULL)
    assert law.status == HEAVY and "d = 2" in law.reason
    assert math.isinf(law.mean) and math.isinf(law.spread)
    _close(law.p_improves, share)
    assert np.mean(kappa[:, 1] < law.median) == pytest.approx(0.5, abs=0.015)
    assert np.mean(kappa[:, 1] < law.quantiles[0]) == pytest.approx(0.05, abs=0.01)
    three = finite_law(sim.Problem(30, 3, 0.3, 1.0), FULL)
    assert math.isfinite(three.mean) and math.isinf(three.spread)


def test_problems_that_gave_no_number():
    huge = finite_law(sim.Problem(10**9, 4, 0.499, 1.0), FULL)
    assert huge.spread > 0 and 0 <= huge.p_improves <= 1
    clean = finite_law(sim.Problem(300, 40, 0.0, 1.0), FULL)
    assert clean.p_improves < 1e-3 and clean.mean > 0
    problem = sim.Problem(300, 100, 0.35, 1.0, margin="half-normal:0.5")
    confident = finite_law(problem, sim.parse_scheme("confident:0.5"), seeds=4000)
    assert confident.spread == pytest.approx(0.175, abs=0.01)


@pytest.mark.parametrize("name", ["soft:1", "crossfit:5", "fresh", "full"])
def test_draws_answer_where_no_formula_is_good_enough(name):
    problem = sim.Problem(40, 5, 0.3, 0.8, margin="gaussian")
    scheme = sim.parse_scheme(name)
    law = finite_law(problem, scheme, seeds=4000)
    assert "4000 draws" in law.method and law.errors.p_improves < 0.01
    _, share = _drawn(problem, scheme, number=5)
    assert abs(law.p_improves - share) < 4 * law.errors.p_improves + 0.004


def test_the_expansion_says_when_it_is_not_to_be_trusted():
    """Few labels change: the expansion alone says .900 and dice .946 at constant margin."""
    problem = sim.Problem(600, 2400, 0.005, 3.0, margin="uniform:0.01")
    law = finite_law(problem, FULL, seeds=20_000)
    assert "draws" in law.method
    assert law.p_improves == pytest.approx(0.946, abs=0.008)


def test_the_initial_model_has_exact_moments():
    problem = sim.Problem(60, 9, 0.2, 1.3, margin="half-normal:0.7")
    scheme = sim.parse_scheme("initial")
    law, (kappa, _) = finite_law(problem, scheme), _drawn(problem, scheme)
    assert law.p_improves == 0
    assert law.mean == pytest.approx(kappa[:, 0].mean(), abs=4 * law.spread / 20_000**0.5)
    assert law.spread == pytest.approx(kappa[:, 0].std(), rel=0.03)


def test_flips_that_look_at_the_noise_have_no_prediction():
    noise = sim.noise.parse_noise("feature:0.2,1.0")
    law = finite_law(sim.Problem(100, 5, gamma=1.0, noise=noise), FULL)
    assert law.status == NONE and law.method is None and "drawn data" in law.reason


def test_few_changes_bound_the_probability():
    for n in (4, 30, 200):
        problem = sim.Problem(n, 300, 0.05, 1.2)
        assert finite_law(problem, FULL).p_improves <= expected_changes(problem, FULL) + 1e-3


def test_sample_size_where_few_suffice():
    found = sample_size(sim.Problem(2, 8, 0.3, 2.0), 0.95)
    shares = [
        _drawn(sim.Problem(n, 8, 0.3, 2.0), FULL)[1] for n in (found.n, round(0.8 * found.n))
    ]
    _close(found.probability, shares[0])
    assert 20 < found.n < 30 and shares[1] < 0.945


def test_sample_size_of_clean_labels_is_none_and_found_out_quickly():
    found = sample_size(sim.Problem(2, 5, 0.0, 1.0), 0.95)
    assert found.n is None and found.tried < 1000 and found.probability < 0.5


def test_sample_size_of_a_huge_problem_is_bounded_work():
    found = sample_size(sim.Problem(2, 10**9, 0.1, 10.0), 0.95)
    assert 10**6 < found.n < 10**8 and found.probability >= 0.95
