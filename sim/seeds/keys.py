"""Random streams: one key per (cell, seed), counters of 64 bits inside a stream."""

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import whole


def cell_key(root: jax.Array, cell: int) -> jax.Array:
    """The key of cell ``cell`` of a grid; an engine folds each seed into it."""
    return jax.random.fold_in(root, cell)


def seed_keys(key: jax.Array, seeds: jax.Array) -> jax.Array:
    """Keys of the seeds [S] inside a cell: ``fold_in(key, seed)`` each."""
    return jax.vmap(lambda seed: jax.random.fold_in(key, seed))(seeds)


def seed_numbers(seeds: int | jax.Array) -> jax.Array:
    """Seed numbers [S] from a count or from explicit numbers."""
    if jnp.ndim(seeds) == 0:
        whole("seeds", seeds, 1)
        return jnp.arange(int(seeds))
    if jnp.size(seeds) == 0:
        whole("seeds", 0, 1)
    return jnp.asarray(seeds)
