"""What must hold of every draw and every rule: properties over random problems and cards."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relabel_lab.sim import Problem, dice, direct, parse_margin, parse_scheme, power_spectrum
from relabel_lab.sim.learners import Averaging, Logistic, Ridge, parse_learner
from relabel_lab.sim.noise import parse_noise
from relabel_lab.sim.schemes import Confident, Consensus, Full, Initial
from tests.strategies import (
    ELEMENTWISE,
    MARGINS,
    NOISE,
    SCHEMES,
    agrees,
    alike,
    log_numbers,
    numbers,
)

quick = settings(max_examples=25, deadline=None, derandomize=True)
few = settings(quick, max_examples=8)  # where every example is a run, and only p or a seed differs
KEY = jax.random.key(3)
SIZE = {"n": 60, "d": 12}
LEARNERS = st.one_of(
    st.just(Averaging()), log_numbers(1e-3, 10).map(Ridge), log_numbers(1e-3, 10).map(Logistic)
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(SCHEMES, MARGINS, NOISE, LEARNERS)
def test_every_text_form_reads_back_what_it_writes(scheme, margin, noise, learner):
    for card, parse in (
        (scheme, parse_scheme),
        (margin, parse_margin),
        (noise, parse_noise),
        (learner, parse_learner),
    ):
        again = parse(str(card))
        assert type(again) is type(card) and str(again) == str(card)
        assert jax.tree.map(float, again) == jax.tree.map(float, card)


@quick
@given(ELEMENTWISE, st.lists(numbers(-5, 5), min_size=6, max_size=6), st.integers(0, 63))
def test_rules_are_odd_and_bounded(scheme, scores, signs):
    score = np.array(scores)
    noisy = np.array([1.0 if signs >> i & 1 else -1.0 for i in range(6)])
    bound = scheme.bind(Problem(**SIZE, p=0.3, gamma=1.2))
    labels = np.asarray(bound.label(score, noisy))
    np.testing.assert_allclose(np.asarray(bound.label(-score, -noisy)), -labels, atol=1e-15)
    assert np.all(np.abs(labels) <= 1 + 1e-12)


@few
@given(numbers(0.05, 0.45), st.integers(0, 10**6))
def test_rotations_of_noise_space_and_orders_of_samples_change_nothing(p, seed):
    problem = Problem(**SIZE, p=p, gamma=1.2)
    data = direct.sample(problem, jax.random.key(seed), dtype="float64")
    x, given_ = np.asarray(data.x), np.asarray(data.given)
    rng = np.random.default_rng(seed)
    turn = np.eye(SIZE["d"])
    turn[1:, 1:] = np.linalg.qr(rng.standard_normal((SIZE["d"] - 1,) * 2))[0]
    order = rng.permutation(SIZE["n"])
    for scheme in (Full(), Consensus()):
        models, labels = direct.retrain(scheme, x, given_, 2)
        turned, same = direct.retrain(scheme, x @ turn, given_, 2)
        np.testing.assert_array_equal(labels, same)
        np.testing.assert_allclose(np.asarray(models) @ turn, turned, atol=1e-12)
        mixed, moved = direct.retrain(scheme, x[order], given_[order], 2)
        np.testing.assert_array_equal(np.asarray(labels)[:, order], moved)
        np.testing.assert_allclose(mixed, models, atol=1e-12)


@quick
@given(numbers(0.05, 0.45), log_numbers(0.1, 10))
def test_joint_scaling_of_gamma_and_sigma_keeps_every_draw(p, factor):
    schemes = (Initial(), Full(), Consensus())
    one = dice.run_many(Problem(**SIZE, p=p, gamma=1.2), schemes, key=KEY, seeds=20)
    scaled = Problem(**SIZE, p=p, gamma=1.2 * factor, sigma=factor)
    two = dice.run_many(scaled, schemes, key=KEY, seeds=20)
    for name, outcome in one.items():
        np.testing.assert_allclose(outcome.kappa, two[name].kappa, rtol=1e-5, atol=1e-7)


@few
@given(numbers(0.05, 0.45))
def test_the_class_balance_changes_no_law(p):
    """Symmetrised data do not know the classes: the same kappas but for rounding."""
    problem = Problem(**SIZE, p=p, gamma=1.2)
    few, many = (
        direct.run(problem, Full(), key=KEY, seeds=300, positive=share) for share in (0.1, 0.9)
    )
    gap = np.asarray(few.kappa - many.kappa)
    assert agrees(gap, 0, also=1e-12)


@quick
@given(numbers(0.1, 1), st.integers(1, 3))
def test_confident_keeps_its_share_in_every_later_round(share, rounds):
    problem = Problem(**SIZE, p=0.3, gamma=1.2)
    found = dice.run(problem, Confident(share), rounds + 1, key=KEY, seeds=4)
    kept = np.asarray(found.coverage)[:, 1:]
    assert np.all(np.abs(kept - share) <= 1 / SIZE["n"] + 1e-9)


@pytest.mark.parametrize("engine", [dice, direct])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_improvement_is_never_a_rounding_error(engine, dtype):
    """Clean labels that no model contradicts: the retrained model is the initial one."""
    problem = Problem(n=150, d=4, p=0.0, gamma=3.0)
    names = ("full", "consensus", "interpolate:-0.5", "interpolate:0.3", "leave-one-out")
    schemes = [parse_scheme(name) for name in names]
    for found in engine.run_many(problem, schemes, key=KEY, seeds=50, dtype=dtype).values():
        agreed = np.asarray(found.label_accuracy)[:, 1] == 1
        assert agreed.sum() > 20
        before, after = np.asarray(found.kappa)[agreed].T
        np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("engine", [dice, direct])
@pytest.mark.parametrize("rounds", [1, 2])
def test_an_empty_selection_keeps_the_model(engine, rounds):
    problem = Problem(n=4, d=3, p=0.25, gamma=1.0)
    found = engine.run(problem, Confident(0.2), rounds, key=KEY, seeds=200)
    kappa, used = np.asarray(found.kappa), np.asarray(found.coverage)
    empty = used[:, 1] == 0
    assert np.isfinite(kappa).all()
    np.testing.assert_array_equal(kappa[empty, 1], kappa[empty, 0])
    assert rounds > 1 or empty.mean() > 0.2


def test_the_fast_engine_has_the_law_of_the_dense_one():
    """Every scheme, a spectrum and a random margin, over two rounds: means of kappa agree."""
    problem = Problem(
        n=50, d=16, p=0.3, gamma=1.4, margin="uniform:1", spectrum=power_spectrum(16, 0.5)
    )
    names, seeds = ("full", "consensus", "interpolate:-0.5", "soft:1", "crossfit:3"), 1500
    schemes = [parse_scheme(name) for name in names]
    fast = dice.run_many(problem, schemes, 2, key=KEY, seeds=seeds)
    dense = direct.run_many(problem, schemes, 2, key=jax.random.key(4), seeds=seeds)
    for name in names:
        a, b = np.asarray(fast[name].kappa), np.asarray(dense[name].kappa)
        assert alike(a, b), name
