"""The parts of R25: densities of sums, binomials, the chi-square, lattices and interpolation."""

import numpy as np
import pytest
from scipy import integrate, stats

from relabel_lab.theory.finite.hard_labels import FINE, Setting, chi_square, hard_law
from relabel_lab.theory.finite.hard_labels.binomial import log_pmf
from relabel_lab.theory.finite.hard_labels.interpolate import averaged
from relabel_lab.theory.finite.hard_labels.lattice import phases, thinned
from relabel_lab.theory.finite.hard_labels.outer import outer
from relabel_lab.theory.finite.hard_labels.sums import Gamma, Terms, log_density
from relabel_lab.theory.finite.hard_labels.truncated import cumulants

pytestmark = pytest.mark.smoke


def _terms(first, second, low, high):
    counts = np.array([float(first)]), np.array([float(second)])
    return Terms(counts, (np.array([low]), np.array([high])))


def _density(terms, x):
    return np.exp(log_density(terms, Gamma.of(terms.cumulants()), x[None]))[0]


@pytest.mark.parametrize("t", [-8.0, -0.3, 1.2, 6.0])
def test_cumulants_of_a_truncated_normal(t):
    mean, variance = stats.truncnorm.stats(t, np.inf)
    x, step = np.linspace(t, max(t, 0) + 12, 400_001, retstep=True)
    weight = stats.norm.pdf(x) / stats.norm.sf(t)
    third = integrate.trapezoid((x - mean) ** 3 * weight, dx=step)
    found = cumulants(np.array(t))
    np.testing.assert_allclose([*found], [mean, variance, third], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("first", "second"), [(1, 0), (0, 1), (2, 0), (1, 1), (0, 2)])
def test_one_and_two_terms_are_exact(first, second):
    low, high = 0.4, -0.7
    terms = _terms(first, second, low, high)
    thresholds = [low] * first + [high] * second
    at = sum(thresholds) + np.array([0.05, 0.6, 2.0])

    def one(x, t):
        return stats.norm.pdf(x) / stats.norm.sf(t) * (x > t)

    if len(thresholds) == 1:
        expected = one(at, thresholds[0])
    else:
        t, u = thresholds
        expected = [
            integrate.quad(lambda x, s=s: one(x, t) * one(s - x, u), t, s - u, epsabs=1e-13)[0]
            for s in at
        ]
    np.testing.assert_allclose(_density(terms, at), expected, rtol=1e-8)


@pytest.mark.parametrize("t", [-3.0, -0.5, 0.5, 2.0])
def test_gamma_law_of_several_terms_is_as_close_as_promised(t):
    """Against a convolution on a grid: within .026 He4/K of the density where that matters."""
    number, step = 5, 0.002
    x = t + step * (np.arange(6000) + 0.5)
    one = stats.norm.pdf(x) / stats.norm.sf(t) * step
    spectrum = np.fft.rfft(one / one.sum(), 2**16)
    exact = np.fft.irfft(spectrum**number, 2**16)
    at = number * t + step * (np.arange(2**16) + number * 0.5)
    found = _density(_terms(number, 0, t, 0.0), at) * step
    mean = number * cumulants(np.array(t)).mean
    deviation = np.sqrt(number * cumulants(np.array(t)).variance)
    z = (at - mean) / deviation
    he4 = z**4 - 6 * z**2 + 3
    bound = 0.026 / number * np.abs(he4).max(initial=0, where=np.abs(z) < 2.5)
    assert np.abs(found - exact)[np.abs(z) < 2.5].max() < bound * exact.max()
    assert abs(found.sum() - 1) < 1e-4  # the gamma law reaches a little below the edge


def test_binomial_probabilities_at_any_size():
    n = np.array([2.0, 30.0, 5000.0])
    k, p = np.array([1.0, 0.0, 1700.0]), np.array([0.3, 0.2, 0.35])
    np.testing.assert_allclose(log_pmf(k, n, p), stats.binom.logpmf(k, n, p), rtol=1e-11)
    far = 1e13 * 0.3 + np.arange(-4e7, 4e7, 4000.0)
    assert abs(4000 * np.exp(log_pmf(far, 1e13, 0.3)).sum() - 1) < 1e-9
    assert log_pmf(3.0, 2.0, 0.3) == -np.inf and log_pmf(0.0, 5.0, 0.0) == 0.0


@pytest.mark.parametrize("freedom", [1, 2, 7, 400])
def test_moments_of_an_inverse_length(freedom):
    """However small the part of the length that does not vary is."""
    value, weight = chi_square.nodes(freedom)
    for still in (1e-3, 1.0):
        expected = integrate.quad(
            lambda y, s=still: stats.chi2.pdf(np.exp(y), freedom) * np.exp(y) * (s + np.exp(y)) ** -0.5,
            -60, np.log(freedom + 40 * freedom**0.5 + 60), limit=400,
        )[0]  # fmt: skip
        assert weight @ (still + value) ** -0.5 == pytest.approx(expected, rel=2e-4)


def test_step_in_one_dimension_is_summed_beyond_the_width_of_a_cell():
    """d = 2: no chi-square is left; a lattice of 12 points resolves a step to 1e-3, not to 1/12."""
    worst = {"ramp": 0.0, "step": 0.0}
    for edge in np.linspace(-0.5, 0.5, 11):
        z, cell = np.linspace(-4, 4, 13, retstep=True)
        weight = stats.norm.pdf(z) * cell
        inside = chi_square.exceeds(*(np.array(x) for x in (edge + 20.0,)), z + 20.0, np.zeros(1),
                                    np.ones(1), 0, np.array(cell))  # fmt: skip
        truth = stats.norm.cdf(edge)
        worst["ramp"] = max(worst["ramp"], abs(weight @ inside - truth))
        worst["step"] = max(worst["step"], abs(weight @ (z < edge) - truth))
    assert worst["ramp"] < 0.02 < 0.1 < worst["step"]


def test_interpolation_is_straight_on_the_probit_scale():
    """A transition much steeper than the nodes are apart, where values themselves mislead."""
    nodes, points = np.linspace(-3, 3, 7), np.linspace(-3, 3, 601)
    weight = stats.norm.pdf(points)
    weight /= weight.sum()
    chance = stats.norm.cdf(4 * (nodes - 0.37))
    truth = weight @ stats.norm.cdf(4 * (points - 0.37))
    assert abs(averaged(nodes, chance, points, weight) - truth) < 1e-4
    assert abs(weight @ np.interp(points, nodes, chance) - truth) > 0.005


def test_every_number_of_flips_near_one_half_is_visited():
    n, p = 4000, 0.49
    flips = thinned(n, n * p, (n * p * (1 - p)) ** 0.5, 1.0)
    assert set(range(1993, 2008)) <= set(flips.astype(int))
    assert np.diff(flips).max() > 10  # and elsewhere few are
    assert flips.size < 90


def test_no_flip_is_a_node_of_its_own():
    """With no flip hardly anything improves, with one much does: no line joins the two."""
    nodes = outer(Setting(2000, 7999, 0.001, 9.0), 1.0)
    assert nodes.flips[0] == 0
    chance = np.where(nodes.grid[0] == 0, 0.0, 0.9)
    expected = 0.9 * (1 - stats.binom.pmf(0, 2000, 0.001))
    assert nodes.probability(chance) == pytest.approx(expected, abs=1e-6)


def test_phases_fill_the_interval_evenly():
    found = np.sort(phases(200))
    assert np.diff(found).max() < 3 / 200 and 0 <= found[0] and found[-1] < 1


@pytest.mark.parametrize(
    "case", [(20, 59, 0.05, 2.25), (3, 1, 0.4, 1.0), (500, 799, 0.003, 6.25), (900, 60, 0.45, 0.5)]
)
def test_probabilities_sum_to_one(case):
    law = hard_law(Setting(*case), FINE)
    assert law.defect < 6e-3  # three terms are no exact gamma law: 0.4 % at n = 3
    assert law.exceeds(0.0, -1e9) == pytest.approx(1, abs=2e-4)
    assert law.exceeds(0.0, 1e9) == pytest.approx(0, abs=1e-6)
