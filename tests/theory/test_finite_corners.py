"""Problems at which the expansion R20 was silently wrong or gave no number, and what is right."""

import math

import jax
import pytest

from relabel_lab.sim import Problem, simulate
from relabel_lab.sim.schemes import Full
from relabel_lab.theory import finite_law
from relabel_lab.theory.finite import HEAVY, QUANTILES

# n, d, p, gamma, P(full improves) by 10^5 draws or more of the exact law
CHANCES = [
    (20, 60, 0.05, 1.5, 0.213),
    (50, 200, 0.02, 3.0, 0.623),
    (500, 800, 0.003, 2.5, 0.732),
    (600, 2400, 0.005, 3.0, 0.946),
    (1000, 4000, 0.002, 3.0, 0.857),
    (2000, 8000, 0.001, 3.0, 0.857),
    (40, 3, 0.3, 0.8, 0.455),
    (64, 6, 0.35, 0.9, 0.512),
    (16, 12, 0.25, 1.2, 0.615),
    (16, 5, 0.45, 2.0, 0.621),
]


@pytest.mark.parametrize(("n", "d", "p", "gamma", "chance"), CHANCES)
def test_chance_to_improve(n, d, p, gamma, chance):
    law = finite_law(Problem(n, d, p, gamma), Full())
    assert law.p_improves == pytest.approx(chance, abs=0.005)
    assert law.errors.p_improves < 0.004


def test_spread_where_the_expansion_exploded():
    law = finite_law(Problem(30, 10, 0.001, 0.5), Full())
    assert law.spread == pytest.approx(0.0706, abs=0.0012)  # 4e5 draws: three standard errors


@pytest.mark.parametrize("n", range(16, 125, 27))
def test_eight_features_have_a_number_at_every_n(n):
    law = finite_law(Problem(n, 8, 0.3, 2.0), Full())
    assert 0 < law.p_improves < 1 and 0 < law.spread < math.inf and law.reason is None


def test_flips_of_nearly_a_half_among_very_many_samples():
    law = finite_law(Problem(10**9, 2, 0.5 - 1e-9, 1.0), Full())
    assert law.status == HEAVY and law.reason
    assert 0 <= law.p_improves <= 1 and sorted(law.quantiles) == list(law.quantiles)
    # where kappa0 is large nearly all labels become right: kappa1 is about sqrt(n) over a normal
    assert 1e4 < law.quantiles[-1] < 1e5 and -1e5 < law.quantiles[0] < -1e4
    assert abs(law.median) < 0.1


def test_quantiles_of_a_heavy_law_are_where_draws_put_them():
    problem, seeds = Problem(10_000, 2, 0.5 - 1e-9, 1.0), 10_000
    told = finite_law(problem, Full()).quantiles
    drawn = simulate(problem, [Full()], key=jax.random.key(3), seeds=seeds)["full"].kappa[:, 1]
    for level, value in zip(QUANTILES, told, strict=True):
        spread = (level * (1 - level) / seeds) ** 0.5
        assert abs(float((drawn < value).mean()) - level) < 4 * spread + 0.01


def test_clean_labels_have_a_law():
    law = finite_law(Problem(60, 20, 0.0, 1.0), Full())
    assert law.mean > 0 and law.spread > 0 and 0 <= law.p_improves < 0.01
