"""Dropout: the share of zeros, the mean, independence of entries, and the model as it is."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from relabel_lab.experiments.models.layers import dropout
from tests.strategies import share_error, within

pytestmark = pytest.mark.smoke


def test_dropout_keeps_the_mean_and_drops_entries_one_by_one():
    x = jnp.ones((999, 101), jnp.float32)
    seen = np.asarray(dropout(x, 0.1, key=jax.random.key(0)))
    level = 26 / 256
    error = share_error(level, seen.size)
    assert within((seen == 0).mean(), level, error)
    assert within(seen.mean(), 1, error / (1 - level))
    dropped = (seen.ravel() == 0) - level
    for step in (1, 2, 3, 101):  # four bytes come from one word
        together = np.mean(dropped[step:] * dropped[:-step])
        assert within(together, 0, level * (1 - level) / seen.size**0.5)


def test_dropout_without_key_or_rate_changes_nothing():
    x = jnp.arange(6.0)
    assert dropout(x, 0.1, key=None) is x
    assert dropout(x, 0.0, key=jax.random.key(0)) is x
