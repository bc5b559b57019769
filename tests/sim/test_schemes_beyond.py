"""Schemes beyond the paper: rules, both engines against each other and against the limit."""

import jax
import numpy as np
import pytest

from relabel_lab import sim, theory
from relabel_lab.sim import dice, direct
from relabel_lab.sim.dice.stream.crossfit import _samples, _span
from relabel_lab.sim.direct.crossfit import retrain_folds
from relabel_lab.sim.schemes import ALL, CrossFit, Full, LeaveOneOut, parse_scheme
from tests.strategies import alike, within

KEY = jax.random.key(7)
PROBLEM = sim.Problem(300, 101, 0.3, 1.6)
BOUND = [parse_scheme(name).bind(PROBLEM) for name in ALL]
ONE = tuple(jax.devices()[:1])  # each further device would compile its own copy


@pytest.mark.parametrize("scheme", BOUND, ids=lambda s: s.name)
def test_rules_are_odd_bounded_and_named(scheme):
    rng = np.random.default_rng(0)
    score, given = rng.normal(size=100), rng.choice([-1.0, 1.0], 100)
    labels = np.asarray(scheme.label(score, given))
    np.testing.assert_allclose(scheme.label(-score, -given), -labels, atol=0)
    assert np.all(np.abs(labels) <= 1) and np.any(labels != 0)
    assert type(parse_scheme(scheme.name)) is type(scheme)


def test_engines_and_limit_agree():
    problem, schemes = PROBLEM, [parse_scheme(name) for name in ALL]
    dices = dice.run_many(problem, schemes, key=KEY, seeds=1500, devices=ONE)
    directs = direct.run_many(problem, schemes, key=jax.random.key(8), seeds=120, devices=ONE)
    for scheme in schemes:
        first, second = dices[scheme.name], directs[scheme.name]
        predicted = theory.predict(problem, scheme)
        for quantity in ("kappa", "label_accuracy", "coverage"):
            a, b = (np.asarray(getattr(run, quantity)) for run in (first, second))
            assert alike(a, b, also=1e-11), (scheme.name, quantity)
            limit = np.asarray(getattr(predicted, quantity))
            np.testing.assert_allclose(a.mean(0), limit, rtol=0.03, err_msg=scheme.name)


@pytest.mark.parametrize(("n", "d"), [(53, 4), (32, 100)], ids=["uneven, r < K", "n < d"])
def test_crossfit_is_exact_in_law_at_small_sizes(n, d):
    problem = sim.Problem(n, d, 0.3, 1.2, margin="gaussian")
    scheme, seeds = CrossFit(5), 1500
    a = np.asarray(dice.run(problem, scheme, key=KEY, seeds=seeds, devices=ONE).kappa)
    b = direct.run(problem, scheme, key=jax.random.key(9), seeds=seeds, devices=ONE).kappa
    b = np.asarray(b)
    for power in (1, 2):
        x, y = np.log(np.abs(a)) ** power, np.log(np.abs(b)) ** power
        assert alike(x, y)
    assert alike(*(k[:, 1] > k[:, 0] for k in (a, b)))


def test_fold_models_never_see_their_own_samples():
    rng = np.random.default_rng(1)
    x, given = rng.normal(size=(23, 6)), rng.choice([-1.0, 1.0], 23)
    _, labels = retrain_folds(x, given, 4, 1)
    for i in range(23):
        others = np.arange(23) % 4 != i % 4
        assert labels[1, i] == np.sign(x[i] @ (given[others] @ x[others]))


@pytest.mark.parametrize("n", [50, 53])
def test_folds_in_dice_have_the_sizes_of_drawn_folds(n):
    drawn = _samples(KEY, 5, 64, np.float32, sim.Problem(n, 4, 0.3))
    sizes = np.bincount(np.arange(n) % 5)
    np.testing.assert_array_equal(drawn.size, sizes)
    np.testing.assert_array_equal((np.asarray(drawn.s) != 0).sum(1), sizes)


@pytest.mark.parametrize("r", [3, 7])
def test_mean_noise_of_folds_in_dice_has_r_dimensions(r):
    """Gram matrix of K vectors N(0, I_r): mean r I, variances 2r and r."""
    keys, problem = jax.random.split(KEY, 4000), sim.Problem(9, r + 1, 0.3)
    span = jax.jit(jax.vmap(lambda key, p: _span(key, 5, p), (0, None)))
    rows = np.asarray(span(keys, problem))
    gram = np.einsum("nik,njk->nij", rows, rows)
    assert within(gram.mean(0), r * np.eye(5), np.sqrt(r * (1 + np.eye(5)) / 4000))


def test_many_folds_are_leave_one_out_in_the_limit():
    large = sim.Problem(3 * 10**9, 10**9 + 1, 0.3, 1.6)
    many = theory.predict(large, CrossFit(10**9)).kappa
    one = theory.predict(large, LeaveOneOut()).kappa
    np.testing.assert_allclose(many, one, rtol=1e-7)


def test_interpolation_contains_full_consensus_and_the_optimum():
    def kappa(name):
        return float(theory.predict(PROBLEM, parse_scheme(name)).kappa[1])

    assert abs(kappa("interpolate:0") / kappa("full") - 1) < 1e-10
    assert abs(kappa("interpolate:1") / kappa("consensus") - 1) < 1e-10
    best = theory.best_combination(PROBLEM)
    beta = float(best.beta)
    assert abs(kappa(f"interpolate:{beta:.17g}") / float(best.kappa) - 1) < 1e-9
    assert max(kappa(f"interpolate:{beta + step:.17g}") for step in (-0.05, 0.05)) < best.kappa


def test_confident_with_share_one_is_full():
    rng = np.random.default_rng(2)
    score, given = rng.normal(size=100), rng.choice([-1.0, 1.0], 100)
    every = parse_scheme("confident:1").bind(PROBLEM)
    np.testing.assert_array_equal(every.label(score, given), Full().label(score, given))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("crossfit:1", "crossfit folds = 1"),
        ("crossfit:2.5", "crossfit folds = 2.5"),
        ("confident:0", "confident share = 0"),
        ("soft:-1", "soft temperature = -1"),
        ("interpolate:inf", "interpolate beta = inf"),
        ("soft:hot", "soft:T"),
    ],
)
def test_bad_parameters_are_named(text, names):
    with pytest.raises(ValueError, match=names):
        parse_scheme(text)


def test_what_cannot_be_answered_is_refused():
    with pytest.raises(ValueError, match="folds = 301"):
        direct.run(PROBLEM, CrossFit(301), key=KEY, seeds=2)
