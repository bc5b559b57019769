"""Threefry against JAX's own, and the laws of the normals and of chi."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from relabel_lab.sim.dice.chi import chi
from relabel_lab.sim.dice.stream.blocks import LEAVES, Stream
from relabel_lab.sim.seeds import normal64, threefry, uniform, words
from relabel_lab.sim.seeds.counter import normal
from tests.strategies import within

DRAWS = 2**18


def _bits(seed: int) -> tuple[jax.Array, jax.Array]:
    return jax.jit(threefry)(
        words(jax.random.key(seed)), jnp.uint32(5), jnp.arange(DRAWS, dtype=jnp.uint32)
    )


def test_threefry_is_jax_threefry_bit_for_bit():
    key = jax.random.key(20240611)
    counters = jnp.asarray([[0, 1, 2**32 - 1, 77], [3, 2**31, 2**32 - 1, 0]], jnp.uint32)
    ours = jnp.stack(threefry(words(key), counters[0], counters[1]))
    theirs = jax.extend.random.threefry_2x32(jax.random.key_data(key), counters.reshape(-1))
    np.testing.assert_array_equal(ours, theirs.reshape(2, 4))


def test_words_of_typed_and_raw_keys_agree():
    np.testing.assert_array_equal(words(jax.random.key(3)), words(jax.random.PRNGKey(3)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_normals_have_the_normal_law(dtype):
    high, low = _bits(1)
    x = np.asarray(normal(high) if dtype == "float32" else normal64(high, low))
    assert x.dtype == dtype
    assert stats.kstest(x, stats.norm.cdf).pvalue > 1e-3
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        error = (np.mean(x.astype(float) ** power) - moment) / np.sqrt(variance / DRAWS)
        assert abs(error) < 4


def test_normals_are_exact_quantiles_of_their_bits_also_in_the_tail():
    top = np.uint32(2**32 - 1)
    words_ = np.asarray([0, 255, 256, 1 << 8, 1 << 16, 1 << 31, top], np.uint32)
    u = (2 * (words_ >> 8).astype(float) + 1) / 2**25
    np.testing.assert_allclose(normal(jnp.asarray(words_)), stats.norm.ppf(u), rtol=3e-6)
    wide = np.asarray(normal64(jnp.asarray([0, top]), jnp.asarray([0, top])))
    np.testing.assert_allclose(wide, stats.norm.ppf(2.0**-53) * np.asarray([1, -1]), rtol=1e-9)


def test_uniforms_stay_inside_the_open_interval():
    ends = np.asarray(uniform(jnp.asarray([0, 2**32 - 1], jnp.uint32)))
    assert 0 < ends[0] < 2e-10
    assert 0 < 1 - ends[1] < 2e-10


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_leaves_are_independent_normals_and_the_first_call_gives_their_means(dtype):
    keys = words(jax.random.split(jax.random.key(5), 4))
    stream = Stream(keys, 4096, jnp.dtype(dtype))
    x = np.asarray(stream.stacked(jnp.asarray(3)))
    np.testing.assert_allclose(x, np.stack(stream.leaves(jnp.asarray(3))), atol=2e-6)
    means = x.reshape(2, LEAVES // 2, 4, 4096).mean(axis=1)
    np.testing.assert_allclose(means, np.stack(stream.call(jnp.asarray(3), 0)), atol=1e-6)
    rows = x.reshape(LEAVES, -1).astype(float)
    covariance = rows @ rows.T / rows.shape[1]
    deviation = (covariance - np.eye(LEAVES)) * np.sqrt(rows.shape[1])
    assert np.abs(deviation).max() < 4.5 * np.sqrt(2)
    assert stats.kstest(rows.reshape(-1), stats.norm.cdf).pvalue > 1e-3


@pytest.mark.parametrize("freedom", [1, 2, 3, 9, 1e5, 1e10])
def test_chi_has_its_law_from_one_to_ten_billion_dimensions(freedom):
    keys = jax.random.split(jax.random.key(int(freedom % 97)), 20_000)
    draws = np.asarray(_chi(keys, jnp.asarray(float(freedom)))) ** 2
    if freedom < 1e6:
        assert stats.kstest(draws, stats.chi2(freedom).cdf).pvalue > 1e-3
    z = (draws - freedom) / np.sqrt(2 * freedom)
    kurtosis = 3 + 12 / freedom
    assert abs(z.mean()) * np.sqrt(z.size) < 4
    assert within(z.var(), 1, np.sqrt((kurtosis - 1) / z.size))


_chi = jax.jit(jax.vmap(chi, in_axes=(0, None)))
