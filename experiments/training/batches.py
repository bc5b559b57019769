"""Which samples each step sees: random orders of the samples trained on, from a key alone."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import reject


def steps_of(samples: int, batch: int) -> int:
    """Steps of an epoch over ``samples`` samples at hand."""
    return math.ceil(samples / batch)


def epoch_batches(weights: np.ndarray, batch: int, *, key: jax.Array) -> np.ndarray:
    """Sample numbers [steps, seeds, batch] of one epoch.

    Args:
        weights: weights [seeds, n]; samples of weight zero are left out, the others repeated in
            new orders until the epoch is full.
        batch: samples a step.
        key: keys [seeds] of the epoch.
    """
    steps = steps_of(weights.shape[1], batch)
    rows = [_row(w > 0, steps * batch, key[seed]) for seed, w in enumerate(weights)]
    return np.stack(rows).reshape(len(rows), steps, batch).swapaxes(0, 1)


def _row(active: np.ndarray, length: int, key: jax.Array) -> np.ndarray:
    """Sample numbers [length]: permutations of the active samples, one after another."""
    numbers = np.flatnonzero(active)
    if len(numbers) == 0:
        raise reject("weights", "zero everywhere", "positive for at least one sample")
    passes = range(math.ceil(length / len(numbers)))
    orders = [numbers[_order(active, jax.random.fold_in(key, number))] for number in passes]
    return np.concatenate(orders)[:length].astype(np.int32)


def _order(active: np.ndarray, key: jax.Array) -> np.ndarray:
    """A random order of the active samples; a fixed number of draws, so one compiled program."""
    ranks = np.asarray(jax.random.bits(key, active.shape, jnp.uint32))
    return np.argsort(ranks[active], kind="stable")
