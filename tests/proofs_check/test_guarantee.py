"""R15: bounds hold where they can be computed exactly, and the guarantee behaves."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from scipy.stats import binom, chi2

from relabel_lab.proofs_check import least_certified
from relabel_lab.proofs_check.balls import precision
from relabel_lab.proofs_check.claims.guaranteed import number_check
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.guarantee import Setup, certified, improvement
from relabel_lab.proofs_check.guarantee.groups import FACTORS, log_moment
from relabel_lab.proofs_check.guarantee.tails import share, squared_radius
from relabel_lab.proofs_check.sampling import Cell, sample

BUDGET = 8.0


@pytest.mark.parametrize("q", [1e-6, 0.03, 0.5, 0.9, 1 - 1e-9])
@pytest.mark.parametrize("side", [-1, 1])
def test_binomial_bound_is_rarely_passed(q, side):
    with precision():
        bound = share(arb(q), 1 - arb(q), 1000.0, side, BUDGET)
    edge = round(bound * 1000)
    tail = binom.sf(edge, 1000, q) if side > 0 else binom.cdf(edge - 1, 1000, q)
    assert tail <= np.exp(-BUDGET) * 1.0001
    assert tail > np.exp(-BUDGET) / 4 or 1000 * min(q, 1 - q) < 1  # a lattice of small steps
    assert (bound - q) * side >= 0


@pytest.mark.parametrize("side", [-1, 1])
def test_radius_bound_is_rarely_passed(side):
    with precision():
        bound = squared_radius(50, 200, side, BUDGET)
    tail = chi2.sf(bound * 200, 50) if side > 0 else chi2.cdf(bound * 200, 50)
    assert np.exp(-BUDGET) / 1.5 < tail <= np.exp(-BUDGET)


@pytest.mark.parametrize("u", [-2.0, 0.0, 0.7, 30.0])
@pytest.mark.parametrize("t", [-0.4, 0.3])
def test_moment_generating_function(u, t):
    g = np.linspace(-14, 14, 400_001)
    density = np.exp(-(g**2) / 2) / np.sqrt(2 * np.pi)
    direct = np.trapezoid(np.exp(t * (np.sign(g + u) - 0.35) * g) * density, g)
    with precision():
        found = float(log_moment(arb(u), arb(t), arb(0.35)).mid())
    assert found == pytest.approx(np.log(direct), abs=1e-4)


def test_budget_counts_every_event():
    setup = Setup(100, 10, Fraction(2, 5), Fraction(2), thresholds=3)
    assert setup.events == 11 + 4 * 4 + 16
    assert setup.budget == pytest.approx(np.log(setup.events * 20))
    assert min(FACTORS) > 0


@pytest.mark.parametrize(("n", "r", "p", "rho"), [(3000, 300, "2/5", "3"), (3000, 600, "1/5", "4")])
def test_bound_holds_in_every_seed(n, r, p, rho):
    bound = certified(n, r, Fraction(p), Fraction(rho))
    cell = Cell(n, r, float(Fraction(p)), float(Fraction(rho)))
    found = sample(cell, 300, Formulas(), (4,))
    ratio = found.full / found.initial
    assert 0.5 < bound < ratio.min()  # Chernoff and union bounds leave room at delta = 0.05


def test_guarantee_approaches_the_limit():
    f = Formulas()
    limit = f.full(0.4, 2.0, 10.0) / f.initial(0.4, 2.0, 10.0)
    bounds = [certified(10 * r, r, Fraction(2, 5), Fraction(2)) for r in (10**3, 10**4, 10**6)]
    assert bounds[0] < bounds[1] < bounds[2] < limit
    assert bounds[2] > 0.9 * limit


def test_least_certified_size():
    n = least_certified(1000, Fraction(2, 5), Fraction(2))
    assert certified(n, 1000, Fraction(2, 5), Fraction(2)) > 1
    assert certified(n // 2, 1000, Fraction(2, 5), Fraction(2)) <= 1
    assert least_certified(1000, Fraction(2, 5), Fraction(1, 2), most=10**5) is None


@pytest.mark.parametrize(
    ("n", "r", "p"),
    [
        (10, 5, "2/5"),
        (10, 5, "49/100"),  # a_0 may be negative
        (300, 100, "2/5"),  # the least kappa_1 that can be excluded is negative: nothing is proved
        (2000, 500, "49/100"),
    ],
)
def test_no_number_where_none_is_positive(n, r, p):
    assert improvement(Setup(n, r, Fraction(p), Fraction(2))) is None
    assert certified(n, r, Fraction(p), Fraction(2)) is None


def test_least_certified_size_is_none_where_no_number_is_positive():
    assert least_certified(1000, Fraction(2, 5), Fraction(2), most=100) is None


def test_inflated_number_is_rejected():
    place = (2000, 500, "3/10", "2")
    bound = certified(2000, 500, Fraction(3, 10), Fraction(2))
    assert number_check(place, bound).ok
    assert not number_check(place, 1.01 * bound).ok
    assert not number_check(place, 1.75).ok
    assert not number_check(place, None).ok
    assert not number_check((10, 5, "49/100", "2"), 0.5).ok
