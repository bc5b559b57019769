"""The dice engine against data drawn in NumPy, and its one-round paths against each other."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from relabel_lab.sim import Consensus, Full, Initial, Problem, Scheme, power_spectrum
from relabel_lab.sim.dice import run_many
from relabel_lab.sim.dice.engine import run
from relabel_lab.sim.noise import ExactNoise

SEEDS = 6000
ROUNDS = 3


class Soft(Scheme):
    """A rule that no table of signs describes; leaves unsure samples out."""

    name = "soft"

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """tanh of the score, or 0 where it is small."""
        return jnp.where(jnp.abs(score) > 0.2, jnp.tanh(score), 0)


class NearFlips(ExactNoise):
    """Flips that get rarer with the margin."""

    def flip_given_margin(self, m: jax.Array) -> jax.Array:
        """0.4 exp(1 - m)."""
        return 0.4 * jnp.exp(1 - m)

    def mean_flip(self, law):
        """The rate for half-normal margins of scale 0.5 (not needed by the engine)."""
        return float("nan")


SCHEMES = (Full(), Consensus(), Soft())
PROBLEMS = {
    "constant": Problem(40, 21, 0.3, 1.0),
    "plane": Problem(40, 2, gamma=0.6, margin="half-normal:0.5", noise=NearFlips()),
    "spectrum": Problem(40, 16, 0.35, 1.2, margin="uniform:1", spectrum=power_spectrum(16, 1.0)),
}


def _rule(name: str, score: np.ndarray, s: np.ndarray) -> np.ndarray:
    if name == "full":
        return np.sign(score)
    if name == "consensus":
        return np.where(np.sign(score) == s, s, 0)
    return np.where(np.abs(score) > 0.2, np.tanh(score), 0)


def _drawn(name: str, problem: Problem, seed: int) -> np.ndarray:
    """Statistics [SEEDS, schemes, rounds + 1, 3] of models trained on drawn, symmetrised data."""
    rng = np.random.default_rng(seed)
    shape = (SEEDS, problem.n)
    m = {
        "constant": lambda: np.ones(shape),
        "plane": lambda: 1 + 0.5 * np.abs(rng.standard_normal(shape)),
        "spectrum": lambda: 1 + rng.random(shape),
    }[name]()
    p = 0.4 * np.exp(1 - m) if name == "plane" else float(problem.p)
    s = np.where(rng.random(shape) < p, -1.0, 1.0)
    variances = np.ones(problem.d - 1) if problem.spectrum is None else np.asarray(problem.spectrum)
    noise = rng.standard_normal((*shape, problem.d - 1)) * np.sqrt(variances)
    return np.stack(
        [_trained(scheme.name, problem.gamma, variances, m, s, noise) for scheme in SCHEMES], axis=1
    )


def _trained(rule, gamma, variances, m, s, noise) -> np.ndarray:
    f, rows, a, v = s, [], np.zeros(len(s)), np.zeros((len(s), noise.shape[-1]))
    for _ in range(ROUNDS + 1):
        used = np.sum(f != 0, axis=1)  # an empty selection keeps the model
        a = np.where(used > 0, np.mean(f * m, axis=1), a)
        v = np.where(used[:, None] > 0, np.einsum("sn,snr->sr", f, noise) / m.shape[1], v)
        kappa = gamma**2 * a / np.sqrt(v**2 @ variances)
        right = np.sum(f > 0, axis=1) / np.maximum(used, 1)
        rows.append(np.stack([stats.norm.cdf(kappa), right, used / m.shape[1]], axis=-1))
        f = _rule(rule, gamma**2 * a[:, None] * m + np.einsum("sr,snr->sn", v, noise), s)
    return np.stack(rows, axis=1)


def _rolled(problem: Problem, rounds: int, seed: int) -> np.ndarray:
    # One device: each further one would compile its own copy of the same program.
    one = tuple(jax.devices()[:1])
    outcomes = run_many(
        problem, SCHEMES, rounds, key=jax.random.key(seed), seeds=SEEDS, devices=one
    )
    return np.stack(
        [
            np.stack(
                [stats.norm.cdf(o.kappa), np.nan_to_num(o.label_accuracy), np.asarray(o.coverage)],
                axis=-1,
            )
            for o in (outcomes[scheme.name] for scheme in SCHEMES)
        ],
        axis=1,
    )


def _p_values(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Two-sample tests of every statistic's mean, spread and law, and of all correlations."""
    # Shares are ratios of counts: rounding makes equal ones equal, whatever their last digit.
    flat = [np.round(x.reshape(SEEDS, -1), 9) for x in (ours, theirs)]
    moving = flat[1].std(axis=0) > 1e-9
    np.testing.assert_array_equal(flat[0].std(axis=0) > 1e-9, moving)
    a, b = (np.where(moving, x, 0)[:, moving] for x in flat)
    centred = [(x - b.mean(axis=0)) / b.std(axis=0) for x in (a, b)]
    pairs = [
        np.concatenate([x, np.einsum("si,sj->sij", x, x).reshape(SEEDS, -1)], axis=1)
        for x in centred
    ]
    means = stats.ttest_ind(*pairs, equal_var=False).pvalue
    laws = [stats.ks_2samp(a[:, i], b[:, i]).pvalue for i in range(a.shape[1])]
    return np.concatenate([means, laws])


def _holds(p_values: np.ndarray, level: float = 1e-3) -> bool:
    """Holm: the smallest of K p-values decides whether all hypotheses stand."""
    return bool(np.nanmin(p_values) * p_values.size > level)


@pytest.mark.parametrize("name", PROBLEMS)
def test_three_rounds_have_the_law_of_drawn_data(name):
    """R19: also jointly over rounds and schemes."""
    assert _holds(_p_values(_rolled(PROBLEMS[name], ROUNDS, 1), _drawn(name, PROBLEMS[name], 2)))


@pytest.mark.parametrize("name", ["constant", "plane"])
def test_one_streamed_round_has_the_law_of_drawn_data(name):
    """R3."""
    theirs = _drawn(name, PROBLEMS[name], 3)[:, :, :2]
    assert _holds(_p_values(_rolled(PROBLEMS[name], 1, 4), theirs))


def test_the_comparison_sees_a_shift_of_two_percent():
    problem = PROBLEMS["constant"]
    shifted = eqx.tree_at(lambda q: q.gamma, problem, problem.gamma * 1.02)
    ours = _drawn("constant", problem, 5)
    assert not _holds(_p_values(ours, _drawn("constant", shifted, 6)))


@pytest.mark.parametrize("n", [37, 256, 3000])
def test_counting_equals_labelling_every_sample(n):
    """Same seeds, same normals: thresholds and elementwise rules agree but for rounding."""
    problem = Problem(n, 50, 0.3, 0.9)
    counted = run_many(problem, (Full(), Consensus()), key=jax.random.key(7), seeds=5)
    labelled = run_many(problem, SCHEMES, key=jax.random.key(7), seeds=5)
    for name, outcome in counted.items():
        for field in ("kappa", "label_accuracy", "coverage"):
            np.testing.assert_allclose(
                getattr(outcome, field), getattr(labelled[name], field), rtol=2e-5
            )


@pytest.mark.parametrize("spectrum", [None, np.linspace(0.2, 2, 30)])
def test_initial_scheme_stays_at_the_initial_model(spectrum):
    """Labels seen before leave no new direction: no NaN, no drift."""
    problem = Problem(50, 31, 0.2, 1.0, spectrum=spectrum)
    outcome = run(problem, Initial(), 3, key=jax.random.key(1), seeds=4)
    np.testing.assert_allclose(outcome.kappa, outcome.kappa[:, :1] * np.ones(4), rtol=1e-10)
    assert np.all(np.asarray(outcome.coverage) == 1)


@pytest.mark.parametrize("margin", ["half-normal:0.5", "uniform:0.5"])
def test_labels_that_do_not_change_leave_the_model_alone_at_large_n(margin):
    """Float32 normals do not quite sum to their groups' means; that is no improvement."""
    problem = Problem(200_000, 401, 0.45, 1.1, margin=margin)
    outcome = run(problem, Initial(), key=jax.random.key(0), seeds=8)
    np.testing.assert_allclose(outcome.kappa[:, 1], outcome.kappa[:, 0], rtol=1e-12)


def test_converged_labels_stay_finite():
    outcomes = run_many(
        Problem(30, 200, 0.1, 0.2), (Full(), Consensus()), 6, key=jax.random.key(2), seeds=50
    )
    assert all(np.isfinite(o.kappa).all() for o in outcomes.values())
    settled = np.asarray(outcomes["full"].kappa)
    np.testing.assert_allclose(settled[:, 5], settled[:, 6], rtol=1e-9)


def test_consensus_coverage_is_the_agreement_of_given_and_predicted_labels():
    """First round, per seed (R4): coverage (1 + c)/2 counts the same labels on either scheme."""
    problem = Problem(60, 40, 0.3, 1.0)
    both = run_many(problem, (Full(), Consensus()), key=jax.random.key(3), seeds=64)
    full, consensus = both["full"], both["consensus"]
    correct = np.asarray(consensus.label_accuracy * consensus.coverage)[:, 1]
    given = np.asarray(full.label_accuracy)[:, 0]
    predicted = np.asarray(full.label_accuracy)[:, 1]
    agreement = np.asarray(consensus.coverage)[:, 1]
    np.testing.assert_allclose(2 * correct, given + predicted - 1 + agreement, atol=1e-12)
