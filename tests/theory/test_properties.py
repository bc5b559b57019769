"""What must hold of every prediction, whatever the problem: properties over random problems."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relabel_lab.sim import Problem
from relabel_lab.sim.margins import Constant
from relabel_lab.sim.noise import ClassFlips, UniformFlips
from relabel_lab.sim.schemes import Consensus, Full, Initial, Interpolate
from relabel_lab.theory import (
    anisotropic_advantage,
    critical_separation,
    isotropic,
    limit_of,
    moments,
    predict,
)
from tests.strategies import (
    ELEMENTWISE,
    FEW_SIZES,
    HARD,
    POSITIVE_MARGINS,
    SCHEMES,
    log_numbers,
    numbers,
    problems,
)

quick = settings(max_examples=25, deadline=None, derandomize=True)
CONSTANT = st.just(Constant())
UNIFORM = numbers(0, 0.49).map(UniformFlips)


def kappas(problem, scheme):
    return np.asarray(predict(problem, scheme).kappa)


def rescaled(problem, factor):
    where = lambda p: (p.gamma, p.sigma)  # noqa: E731
    return eqx.tree_at(where, problem, (problem.gamma * factor, problem.sigma * factor))


@quick
@given(problems(), HARD, log_numbers(0.01, 100))
def test_joint_scaling_of_gamma_and_sigma_changes_nothing(problem, scheme, factor):
    np.testing.assert_allclose(
        kappas(rescaled(problem, factor), scheme), kappas(problem, scheme), rtol=1e-11, atol=1e-13
    )


@quick
@given(problems(sizes=FEW_SIZES), SCHEMES)
def test_a_flat_spectrum_is_isotropic_noise(problem, scheme):
    flat = jnp.full(int(problem.d) - 1, float(problem.sigma) ** 2)
    same = Problem(
        problem.n,
        problem.d,
        gamma=problem.gamma,
        margin=problem.margin,
        noise=problem.noise,
        spectrum=flat,
    )
    np.testing.assert_allclose(kappas(same, scheme), kappas(problem, scheme), rtol=1e-9, atol=1e-12)


@quick
@given(problems(noise=st.builds(ClassFlips, numbers(0, 0.45), numbers(0, 0.45))), SCHEMES)
def test_swapping_the_classes_changes_nothing(problem, scheme):
    """R17: only the average flip probability enters."""
    noise = problem.noise
    swapped = ClassFlips(noise.p_minus, noise.p_plus, 1 - noise.positive)
    average = UniformFlips(float(problem.p))
    for other in (swapped, average):
        turned = eqx.tree_at(lambda p: p.noise, problem, other)
        np.testing.assert_allclose(
            kappas(turned, scheme), kappas(problem, scheme), rtol=1e-10, atol=1e-12
        )


@quick
@given(problems(), ELEMENTWISE)
def test_moments_are_those_of_labels(problem, scheme):
    """Cauchy and Schwarz, shares in [0, 1], labels no larger than 1."""
    limit = limit_of(problem)
    found = moments(scheme.bind(problem), limit)
    assert 0 <= found.coverage <= 1 + 1e-12 and 0 <= found.label_accuracy <= 1 + 1e-12
    assert found.c**2 <= found.v + 1e-12 and found.v <= found.coverage + 1e-12
    assert found.b**2 <= found.v + 1e-12
    assert found.a**2 <= found.v * limit.law.second_moment() + 1e-10


@quick
@given(problems())
def test_consensus_is_the_midpoint_of_initial_and_full(problem):
    """R4: the moments of consensus labels are means of those of given and predicted labels."""
    limit = limit_of(problem)
    given_, full, both = (moments(scheme, limit) for scheme in (Initial(), Full(), Consensus()))
    for name in "acb":
        mean = (getattr(given_, name) + getattr(full, name)) / 2
        np.testing.assert_allclose(getattr(both, name), mean, rtol=1e-12, atol=1e-14)


@quick
@given(problems(), numbers(-0.9, 5))
def test_interpolation_runs_from_full_to_initial(problem, beta):
    scale = 1e7
    ends = [kappas(problem, Interpolate(x))[1] for x in (0.0, scale)]
    full, initial = kappas(problem, Full())[1], kappas(problem, Initial())[1]
    assert ends[0] == pytest.approx(full, rel=1e-12, abs=1e-14)
    assert ends[1] == pytest.approx(initial, rel=1e-5, abs=1e-9)
    one = kappas(problem, Interpolate(1.0))[1]
    assert one == pytest.approx(kappas(problem, Consensus())[1], rel=1e-12, abs=1e-14)
    assert np.isfinite(kappas(problem, Interpolate(beta))).all()


@quick
@given(problems(margins=CONSTANT, noise=UNIFORM), log_numbers(1.1, 3))
def test_separation_and_samples_help_the_initial_model(problem, factor):
    clearer = eqx.tree_at(lambda p: p.gamma, problem, problem.gamma * factor)
    larger = eqx.tree_at(lambda p: p.n, problem, round(problem.n * factor) + 1)
    before = kappas(problem, Initial())[0]
    assert kappas(clearer, Initial())[0] > before < kappas(larger, Initial())[0]
    assert predict(clearer, Full()).accuracy[1] > predict(problem, Full()).accuracy[1]


@quick
@given(problems(margins=POSITIVE_MARGINS, noise=st.just(UniformFlips(0.0))), SCHEMES)
def test_nothing_beats_clean_labels(problem, scheme):
    """R8: at p = 0 no rule that only reuses the samples gains anything."""
    if scheme.scores == "new samples":
        return  # new samples add information
    before, after = kappas(problem, scheme)
    assert after <= before * (1 + 1e-12)


@quick
@given(log_numbers(0.02, 50), log_numbers(0.2, 5))
def test_labels_of_no_information_give_the_advantage_of_critical_rho(alpha, rho):
    """R7: as p goes to 1/2, retraining helps exactly above the critical separation."""
    limit = isotropic(rho, alpha, 0.5 - 1e-7)
    for scheme in (Full(), Consensus()):
        edge = float(critical_separation(alpha, scheme))
        if abs(rho / edge - 1) < 0.01:
            continue
        labels = moments(scheme, limit)
        after = limit.kappa(labels.a, labels.c, labels.b, labels.v)
        before = limit.signal * limit.a0
        assert (after > before) == (rho > edge)


@quick
@given(problems(margins=CONSTANT, noise=UNIFORM))
def test_many_samples_reach_the_population_map(problem):
    """R6: with the initial kappa held, the round is that of infinitely many samples."""
    rho = float(problem.rho)
    kappa0 = 0.8
    alpha = 1e10
    e = kappa0 / (rho * alpha**0.5)
    limit = isotropic(rho, alpha, (1 - e) / 2)
    labels = moments(Full(), limit)
    after = float(limit.kappa(labels.a, labels.c, labels.b, labels.v))
    phi = np.exp(-(kappa0**2) / 2) / np.sqrt(2 * np.pi)
    mean = 1 - 2 * float(jax.scipy.stats.norm.sf(kappa0))
    assert after == pytest.approx(rho * mean / (2 * phi), rel=1e-4)


@quick
@given(log_numbers(0.2, 5), log_numbers(0.1, 10), numbers(0.01, 0.49))
def test_few_samples_teach_nothing_new(rho, alpha, p):
    """As n/d goes to 0 predictions repeat the given labels, so that kappa stays."""
    limit = isotropic(rho, alpha * 1e-4, p)
    labels = moments(Full(), limit)
    after = float(limit.kappa(labels.a, labels.c, labels.b, labels.v))
    assert after == pytest.approx(float(limit.signal * limit.a0), rel=1e-6)


@quick
@given(st.lists(log_numbers(0.2, 5), min_size=4, max_size=9), log_numbers(0.3, 3))
def test_anisotropic_advantage_knows_no_order_and_no_unit(spectrum, gamma):
    values = np.array(spectrum)

    def advantage(values, gamma):
        d = len(values) + 1
        return float(anisotropic_advantage(Problem(100, d, 0.4, gamma, spectrum=values)))

    found = advantage(values, gamma)
    assert found == pytest.approx(advantage(values[::-1], gamma), rel=1e-12)
    assert found == pytest.approx(advantage(9 * values, 3 * gamma), rel=1e-12)
