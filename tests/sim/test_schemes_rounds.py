"""Several rounds of the schemes that look back, cross-fit or draw new samples."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from relabel_lab import sim, theory
from relabel_lab.sim import dice, direct, power_spectrum
from relabel_lab.sim.schemes import History, parse_scheme
from relabel_lab.theory.limit import Mixture, evolution
from relabel_lab.theory.limit.state_evolution import accuracy
from tests.strategies import alike

ONE = tuple(jax.devices()[:1])  # each further device would compile its own copy
ROUNDS = 3


def _agree(problem, names, rounds, many=600, few=150):
    schemes = [parse_scheme(name) for name in names]
    first, second = (
        engine.run_many(problem, schemes, rounds, key=jax.random.key(k), seeds=seeds, devices=ONE)
        for engine, k, seeds in ((dice, 1, many), (direct, 2, few))
    )
    for scheme in schemes:
        for quantity in ("kappa", "label_accuracy", "coverage"):
            a, b = (np.asarray(getattr(run[scheme.name], quantity)) for run in (first, second))
            assert a.shape[1] == rounds + 1 and np.isfinite(a).all()
            assert alike(a, b, also=4.5e-9), (scheme.name, quantity)
    return first


def test_engines_agree_over_rounds():
    problem = sim.Problem(300, 151, 0.3, 1.5)
    names = ("confident:0.5", "leave-one-out", "optimal", "optimal-uncorrected", "fresh")
    runs = _agree(problem, names, ROUNDS)
    np.testing.assert_allclose(runs["confident:0.5"].coverage[:, 1:], 0.5)
    for name in ("optimal", "fresh"):
        limit = theory.predict(problem, parse_scheme(name), ROUNDS)
        np.testing.assert_allclose(runs[name].kappa.mean(0), limit.kappa, rtol=0.02)
    np.testing.assert_allclose(
        runs["fresh"].label_accuracy.mean(0), limit.label_accuracy, rtol=0.01
    )


@pytest.mark.parametrize(
    ("n", "d", "power"), [(53, 4, None), (60, 41, 0.5)], ids=["uneven, r < K", "spectrum"]
)
def test_folds_and_new_samples_agree_at_small_sizes(n, d, power):
    spectrum = None if power is None else power_spectrum(d, power)
    problem = sim.Problem(n, d, 0.3, 1.2, margin="half-normal:0.3", spectrum=spectrum)
    _agree(problem, ("crossfit:5", "fresh"), 2, many=1500, few=600)


def test_optimal_rounds_are_state_evolution_for_gaussian_margins():
    """R12, where the next signal is E f^2; R1 with gaussian margins."""
    problem = sim.Problem(200_000, 100_001, 0.3, 1.5, margin="gaussian")
    mixture = Mixture(1.5, 0.3, 2.0)
    predicted = theory.predict(problem, parse_scheme("optimal"), 4)
    q = evolution(mixture, 4)
    np.testing.assert_allclose(predicted.accuracy, accuracy(q, mixture), rtol=1e-9)


def test_forgetting_labels_pays_over_rounds():
    """R12 is Bayes-optimal for gaussian margins, so leaving out its correction costs accuracy."""
    problem, seeds = sim.Problem(400, 401, 0.3, 1.5, margin="gaussian"), 200
    names = ("optimal", "optimal-uncorrected")
    schemes = [parse_scheme(name) for name in names]
    runs = dice.run_many(problem, schemes, ROUNDS, key=jax.random.key(4), seeds=seeds, devices=ONE)
    gain = np.asarray(runs[names[0]].kappa - runs[names[1]].kappa)[:, -1]
    assert gain.mean() > 10 * gain.std() / seeds**0.5


def test_without_the_correction_later_rounds_fall_behind_in_the_limit():
    problem = sim.Problem(300, 101, 0.3, 1.6)
    with_it, without = (
        theory.predict(problem, parse_scheme(name), 2).kappa
        for name in ("optimal", "optimal-uncorrected")
    )
    assert without[2] < with_it[2]


def test_new_samples_follow_the_population_map():
    """R6: with n >> d one round on new samples is F, also below the unstable point."""
    falls = []
    for start in (0.3, 1.2):
        problem = sim.Problem(10**12, 10**6 + 1, 0.5 - start / (2 * 640), 0.8)
        path = np.asarray(theory.predict(problem, parse_scheme("fresh"), 2).kappa)
        mapped = theory.population_map(path[:-1], 0.64, sim.Constant())
        np.testing.assert_allclose(path[:-1][0], start, rtol=1e-9)
        np.testing.assert_allclose(path[1:], mapped, rtol=1e-3)
        falls.append(path[2] < start)
    assert falls == [True, False]


def test_every_eigenvalue_equal_is_isotropic():
    flat = sim.Problem(300, 151, 0.3, 1.4, spectrum=np.full(150, 1.7))
    plain = sim.Problem(300, 151, 0.3, 1.4, 1.7**0.5)
    a, b = (theory.predict(problem, parse_scheme("fresh"), 3) for problem in (flat, plain))
    jax.tree.map(lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-9), a, b)
    one = theory.predict(plain, parse_scheme("fresh"), 1)
    np.testing.assert_allclose(one.kappa, b.kappa[:2], rtol=1e-12)


def test_confident_keeps_its_share_of_the_samples_at_hand():
    scheme = parse_scheme("confident:0.3").bind(sim.Problem(10, 5, 0.2), 2)
    score = jnp.asarray([0.1, -3.0, 2.0, -0.4, 1.0, 0.0, 9.0])
    given = jnp.asarray([1.0, 1.0, -1.0, 1.0, 1.0, 1.0, 0.0])  # the last is padding
    new = scheme.relabel(1, score * jnp.abs(given), given, History(given, given))
    np.testing.assert_array_equal(new.trained, [0, -1, 1, 0, 0, 0, 0])


def test_leave_one_out_forgets_the_last_label_not_the_first():
    scheme = parse_scheme("leave-one-out").bind(sim.Problem(10, 21, 0.2), 2)  # memory 2
    score, given, last = jnp.asarray([1.0, 1.0]), jnp.ones(2), jnp.asarray([1.0, -1.0])
    new = scheme.relabel(1, score, given, History(last, last))
    np.testing.assert_array_equal(new.trained, [-1, 1])


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("optimal-uncorrected", {"margin": "uniform:1"}, "margin = uniform"),
        ("optimal-uncorrected", {"spectrum": np.ones(100)}, "spectrum = given"),
        ("optimal", {"margin": "uniform:1"}, "margin = uniform"),
        ("optimal", {"spectrum": np.ones(100)}, "spectrum = given"),
        ("crossfit:100", {}, "crossfit folds = 100"),
    ],
)
def test_what_has_no_law_is_refused(name, options, text):
    problem = sim.Problem(300, 101, 0.3, 1.6, **options)
    with pytest.raises(ValueError, match=text):
        dice.run(problem, parse_scheme(name), 2, key=jax.random.key(0), seeds=2)
