"""The dice engine's seeds, sizes and bad input."""

import jax
import numpy as np
import pytest
from scipy import stats

from relabel_lab.sim import Consensus, Full, Problem
from relabel_lab.sim.dice import run_many
from relabel_lab.sim.dice.engine import run
from relabel_lab.sim.seeds import over_seeds, seed_keys

KEY = jax.random.key(11)


def _same(a, b) -> None:
    jax.tree.map(np.testing.assert_array_equal, a, b)


@pytest.mark.parametrize("rounds", [1, 2])
def test_a_seed_depends_neither_on_its_batch_nor_on_the_devices(rounds):
    """Bit for bit, on one device or two, alone or among 150 seeds in three tiles."""
    problem = Problem(300, 40, 0.3, 1.0)
    whole = run(problem, Full(), rounds, key=KEY, seeds=150, devices=tuple(jax.devices()[:1]))
    two = tuple(jax.devices()[:2])
    assert len(two) == 2
    _same(whole, run(problem, Full(), rounds, key=KEY, seeds=150, devices=two))
    alone = run(problem, Full(), rounds, key=KEY, seeds=np.asarray([149, 3]))
    _same(alone, jax.tree.map(lambda leaf: leaf[np.asarray([149, 3])], whole))


def test_tiles_go_to_any_number_of_devices():
    """What spreads them: a small kernel on 1 to 4 devices, 7 tiles of 3 seeds, the last padded."""
    keys = seed_keys(KEY, np.arange(20))
    runs = [
        over_seeds(_draw, keys, 2.0, tile=3, devices=tuple(jax.devices()[:count]), ahead=2)
        for count in (1, 2, 3, 4)
    ]
    assert runs[0].shape == (20, 5)
    for other in runs[1:]:
        _same(runs[0], other)
    _same(runs[0][7:9], over_seeds(_draw, keys[7:9], 2.0, tile=3))


def _draw(keys, scale):
    return scale * jax.vmap(lambda key: jax.random.uniform(key, (5,)))(keys)


def test_a_hundred_million_samples_reach_the_limit_on_any_number_of_devices():
    """R5 at n = 1e8, d = 1e9 within five standard errors (all of order n^-1/2)."""
    n, d, p, gamma = 10**8, 10**9, 0.3, 1.5
    problem = Problem(n, d, p, gamma)
    heard: list[float] = []
    schemes = (Full(), Consensus())
    one = tuple(jax.devices()[:1])
    out = run_many(problem, schemes, key=KEY, seeds=1, progress=heard.append, devices=one)
    _same(out, run_many(problem, schemes, key=KEY, seeds=1, devices=tuple(jax.devices()[:2])))
    assert heard == sorted(heard) and heard[-1] == 1
    k, e = np.sqrt((d - 1) / n), 1 - 2 * p
    pull = gamma**2 * e / k
    plus, minus = stats.norm.cdf(pull + k), stats.norm.cdf(pull - k)
    a = (1 - p) * (2 * plus - 1) + p * (2 * minus - 1)
    c = (1 - p) * (2 * plus - 1) - p * (2 * minus - 1)
    b = 2 * ((1 - p) * stats.norm.pdf(pull + k) + p * stats.norm.pdf(pull - k))
    full = gamma**2 * a / np.sqrt(k**2 + 2 * c * k * b + b**2)
    both = gamma**2 * (e + a) / np.sqrt(2 * (1 + c) * k * (k + b) + b**2)
    # d kappa is at most about gamma^2 / k times the errors of order n^-1/2 in a, b, c and R
    error = 5 * 3 * gamma**2 / k / np.sqrt(n)
    np.testing.assert_allclose(out["full"].kappa[0], [gamma**2 * e / k, full], atol=error)
    np.testing.assert_allclose(out["consensus"].kappa[0, 1], both, atol=error)
    accuracy, coverage = (1 - p) * plus + p * minus, (1 + c) / 2
    np.testing.assert_allclose(out["full"].label_accuracy[0, 1], accuracy, atol=2.5 / np.sqrt(n))
    np.testing.assert_allclose(out["consensus"].coverage[0, 1], coverage, atol=2.5 / np.sqrt(n))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"seeds": 0}, "seeds = 0"),
        ({"rounds": -1}, "rounds = -1"),
        ({"dtype": "int8"}, "dtype = int8"),
        ({"schemes": ()}, "schemes"),
        ({"schemes": (Full(), Full())}, "distinct names"),
    ],
)
def test_bad_input_is_refused_by_name(change, text):
    options = {"schemes": (Full(),), "rounds": 1, "seeds": 1} | change
    with pytest.raises(ValueError, match=text):
        run_many(Problem(10, 5, 0.2), key=KEY, **options)
