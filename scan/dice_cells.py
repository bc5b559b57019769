"""Many cells through one compiled program of the dice engine.

Work items are (cell, tile of seeds).  A program serves any number of them and every n of its
bucket.  Every device runs the same single-device program on its share: programs partitioned
over devices differ in the last bit with the number of devices.
"""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from scan.groups import Group
from sim.dice_rounds import Score, seed_outcome
from sim.keys import seed_keys
from sim.problem import Problem
from sim.schemes import Scheme

TILE = 64
TILE_BYTES = 64 * 2**20
ITEMS = 256
PROGRAMS = 6


def padded_sizes(sizes: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Padded lengths for problems of ``n`` [C] on a grid with all the ``sizes``.

    Powers of two, thinned out so that a grid needs at most `PROGRAMS` of them.
    """
    exponent, every = (np.maximum(6, np.ceil(np.log2(values))).astype(int) for values in (n, sizes))
    top = every.max()
    step = -(-(top - every.min() + 1) // PROGRAMS)
    return 2 ** (top - (top - exponent) // step * step)


def scores(
    group: Group,
    schemes: tuple[Scheme, ...],
    rounds: int,
    *,
    padded: int,
    first: int,
    seeds: int,
    devices: tuple[jax.Device, ...],
) -> Score:
    """Scores [C, seeds, schemes, rounds + 1] of the seeds ``first``, ``first + 1``, ...

    Args:
        group: the cells.
        schemes: label rules, on the same data.
        rounds: retraining rounds.
        padded: padded length, at least every n of the group.
        first: number of the first seed.
        seeds: how many.
        devices: they share the items.
    """
    slots = 1 + rounds * len(schemes)
    tile = max(1, min(TILE, TILE_BYTES // (16 * slots * padded)))
    tiles = -(-seeds // tile)
    cells = len(group.where)
    cell = np.repeat(np.arange(cells), tiles)
    start = np.tile(first + tile * np.arange(tiles), cells)
    share = min(ITEMS, -(-cell.size // len(devices)))
    static = (rounds, padded, tile)
    pending: list[tuple[int, Score]] = []
    done: list[Score] = []
    for turn, low in enumerate(range(0, cell.size, share)):
        if len(pending) >= 2 * len(devices):  # bounds what is in flight
            done.append(_fetched(*pending.pop(0)))
        chosen = slice(low, low + share)
        part = group.take(cell[chosen])
        device = devices[turn % len(devices)]
        pending.append(_start(static, schemes, part, start[chosen], device))
    done += [_fetched(*entry) for entry in pending]
    shape = (cells, tiles * tile)
    return jax.tree.map(
        lambda *leaves: np.concatenate(leaves).reshape(*shape, *leaves[0].shape[2:])[:, :seeds],
        *done,
    )


def _start(
    static: tuple[int, int, int],
    schemes: tuple[Scheme, ...],
    part: Group,
    start: np.ndarray,
    device: jax.Device,
) -> tuple[int, Score]:
    """Set a device to work on up to `ITEMS` items; the number of them and their results to be."""
    count = start.size
    filled = np.minimum(np.arange(ITEMS), count - 1)
    part = part.take(filled)
    operands = jax.device_put((part.keys, start[filled], part.problem, count), device)
    return count, _program(static, schemes, *operands)


def _fetched(count: int, score: Score) -> Score:
    return jax.tree.map(lambda leaf: np.asarray(leaf)[:count], score)


@eqx.filter_jit
def _program(
    static: tuple[int, int, int],
    schemes: tuple[Scheme, ...],
    keys: jax.Array,
    start: jax.Array,
    problems: Problem,
    count: jax.Array,
) -> Score:
    """The first ``count`` items, one after another; results [ITEMS, tile, ...]."""
    rounds, padded, tile = static

    def item(i: Any) -> Score:
        problem = jax.tree.map(lambda leaf: leaf[i], problems)
        numbers = seed_keys(keys[i], start[i] + jnp.arange(tile))
        return jax.vmap(lambda key: seed_outcome(key, problem, schemes, rounds, padded))(numbers)

    shapes = jax.eval_shape(item, 0)
    empty = jax.tree.map(lambda s: jnp.zeros((keys.shape[0], *s.shape), s.dtype), shapes)

    def body(i: jax.Array, store: Score) -> Score:
        return jax.tree.map(lambda all_, one: all_.at[i].set(one), store, item(i))

    return jax.lax.fori_loop(0, count, body, empty)
