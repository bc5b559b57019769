"""Laws at finite n and d against draws of the exact law, at the sizes where formulas fail."""

import math

import jax
import numpy as np
import pytest

from relabel_lab import sim
from relabel_lab.theory import finite_law, finite_laws, finite_rounds, sample_size
from relabel_lab.theory.finite import HEAVY, NONE, expected_changes
from relabel_lab.theory.finite.hard_labels import COARSE, Setting, hard_law, outer
from tests.theory.exact_draws import hard_draws

FULL = sim.parse_scheme("full")


MIXES = {"full": 0.0, "consensus": 1.0, "interpolate:0.5": 0.5, "interpolate:-0.5": -0.5}
SEEDS = 40_000


def _share(n, d, p, gamma, mix=0.0, seeds=SEEDS, seed=0):
    first, last = hard_draws(n, d, p, gamma, mix, seeds, seed)
    return np.mean(last > first)


def _close(chance, share, seeds=SEEDS, slack=0.003):
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
    law = finite_law(sim.Problem(n, d, p, gamma), sim.parse_scheme(name))
    first, last = hard_draws(n, d, p, gamma, MIXES[name], SEEDS)
    assert law.method.startswith("R25") and law.errors.p_improves < 0.004
    _close(law.p_improves, np.mean(last > first))
    if d >= 6:
        spread = last.std()
        assert abs(law.mean - last.mean()) < 4 * spread / SEEDS**0.5
        fourth = ((last - last.mean()) ** 4).mean() / spread**4
        assert abs(law.spread / spread - 1) < 4 * ((fourth - 1) / (4 * SEEDS)) ** 0.5 + 0.003


def test_where_samples_crowd_the_dimensions_steps_are_resolved(monkeypatch):
    """n >> d: P is nearly a step in every sum, and falls from 0.98 to 0 within a step of log R."""
    setting = Setting(1000, 2, 0.3, 0.3)
    right = hard_law(setting, COARSE).improves(0.0)
    _close(right, _share(1000, 3, 0.3, 0.3**0.5, seeds=10_000), 10_000)
    monkeypatch.setattr(outer, "STEEPEST", 1.0)
    assert abs(hard_law(setting, COARSE).improves(0.0) - right) > 0.01


def test_moments_that_do_not_exist_are_infinite_and_quantiles_stand_in():
    law = finite_law(sim.Problem(30, 2, 0.3, 1.0), FULL)
    first, last = hard_draws(30, 2, 0.3, 1.0, 0.0, SEEDS)
    assert law.status == HEAVY and "d = 2" in law.reason
    assert math.isinf(law.mean) and math.isinf(law.spread)
    _close(law.p_improves, np.mean(last > first))
    assert np.mean(last < law.median) == pytest.approx(0.5, abs=0.012)
    assert np.mean(last < law.quantiles[0]) == pytest.approx(0.05, abs=0.008)
    three = finite_law(sim.Problem(30, 3, 0.3, 1.0), FULL)
    assert math.isfinite(three.mean) and math.isinf(three.spread)


def test_problems_that_gave_no_number():
    huge = finite_law(sim.Problem(10**9, 4, 0.499, 1.0), FULL)
    assert huge.spread > 0 and 0 <= huge.p_improves <= 1
    clean = finite_law(sim.Problem(300, 40, 0.0, 1.0), FULL)
    assert clean.p_improves < 1e-3 and clean.mean > 0


def test_draws_answer_where_no_formula_is_good_enough():
    """Few labels change, at a margin that is nearly constant: R20 said .900, R25 says .946."""
    nearly = sim.Problem(600, 2400, 0.005, 3.0, margin="uniform:0.001")
    law = finite_law(nearly, FULL, seeds=20_000)
    assert "20000 draws" in law.method
    constant = finite_law(sim.Problem(600, 2400, 0.005, 3.0), FULL)
    assert abs(law.p_improves - constant.p_improves) < 4 * law.errors.p_improves + 0.002
    assert constant.p_improves == pytest.approx(0.946, abs=0.003)


def test_several_schemes_share_draws_and_each_has_its_own_law():
    problem = sim.Problem(40, 9, 0.3, 1.3)
    schemes = [sim.parse_scheme(name) for name in ("initial", "full", "confident:0.5")]
    laws = finite_laws(problem, schemes, seeds=4000)
    assert list(laws) == [scheme.name for scheme in schemes]
    for scheme in schemes:  # the same draws in another program: rounding apart
        alone = finite_law(problem, scheme, seeds=4000)
        assert laws[scheme.name].method == alone.method
        np.testing.assert_allclose(laws[scheme.name][:3], alone[:3], rtol=1e-5)
    assert len({law.mean for law in laws.values()}) == len(schemes)


def test_later_rounds_are_drawn_and_agree_with_other_draws():
    problem, full = sim.Problem(60, 12, 0.3, 1.4), sim.parse_scheme("full")
    (laws,) = finite_rounds(problem, [full], 2, seeds=4096).values()
    assert laws[0].method.startswith("R25")
    run = sim.dice.run(problem, full, 2, key=jax.random.key(4), seeds=4096)
    kappa = np.asarray(run.kappa)
    for t in (1, 2):
        drawn = kappa[:, t]
        assert laws[t - 1].mean == pytest.approx(drawn.mean(), abs=6 * drawn.std() / 64)
        better = (drawn > kappa[:, 0]).mean()
        assert laws[t - 1].p_improves == pytest.approx(better, abs=0.04)
    assert "draws" in laws[1].method and laws[1].errors.p_improves < 0.01


def test_many_classes_are_drawn_and_rules_without_a_limit_say_so():
    problem = sim.ClassProblem(90, 24, 0.4, 2.5, classes=4)
    schemes = [sim.parse_scheme(name) for name in ("full", "soft:1")]
    laws = finite_rounds(problem, schemes, 2, seeds=256)
    assert all(law.status == "ok" and "256 draws" in law.method for law in laws["full"])
    assert all(law.status == NONE and law.reason for law in laws["soft:1"])


def test_the_initial_model_has_exact_moments():
    scheme = sim.parse_scheme("initial")
    law = finite_law(sim.Problem(60, 9, 0.2, 1.3, margin="half-normal:0.7"), scheme)

    def half_normal(rng, size):
        return 1 + 0.7 * np.abs(rng.standard_normal(size))

    first, _ = hard_draws(60, 9, 0.2, 1.3, 0.0, SEEDS, margin=half_normal)
    assert law.p_improves == 0
    assert law.mean == pytest.approx(first.mean(), abs=4 * law.spread / SEEDS**0.5)
    assert law.spread == pytest.approx(first.std(), rel=0.025)


def test_flips_that_look_at_the_noise_have_no_prediction():
    noise = sim.noise.parse_noise("direction:0.2,1.0,0")
    law = finite_law(sim.Problem(100, 5, gamma=1.0, noise=noise), FULL)
    assert law.status == NONE and law.method is None and "drawn data" in law.reason


@pytest.mark.parametrize("n", [4, 30, 200])
def test_few_changes_bound_the_probability(n):
    problem = sim.Problem(n, 300, 0.05, 1.2)
    assert finite_law(problem, FULL).p_improves <= expected_changes(problem, FULL) + 1e-3


def test_sample_size_where_few_suffice():
    found = sample_size(sim.Problem(2, 8, 0.3, 2.0), 0.95)
    _close(found.probability, _share(found.n, 8, 0.3, 2.0))
    assert found.probability >= 0.95 and 20 < found.n < 30
    assert _share(round(0.8 * found.n), 8, 0.3, 2.0) < 0.94


def test_sample_size_of_clean_labels_is_none_and_found_out_quickly():
    found = sample_size(sim.Problem(2, 5, 0.0, 1.0), 0.95)
    assert found.n is None and found.tried < 1000 and found.probability < 0.5


def test_sample_size_of_a_huge_problem_is_bounded_work():
    found = sample_size(sim.Problem(2, 10**9, 0.1, 10.0), 0.95)
    assert 10**6 < found.n < 10**8 and found.probability >= 0.95
