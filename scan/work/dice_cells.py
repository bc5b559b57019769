"""Many cells through one compiled program of the dice engine.

Work items are (cell, tile of seeds).  A program serves any number of them and many n.  Every device runs the same single-device program on its share: programs partitioned
over devices differ in the last bit with the number of devices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.scan.work.groups import Group
from relabel_lab.sim import Problem, RoundSummary
from relabel_lab.sim.dice import seed_outcome, stream
from relabel_lab.sim.schemes import Scheme
from relabel_lab.sim.seeds import seed_keys

TILE = 64
TILE_BYTES = 64 * 2**20
ITEMS = 256
PROGRAMS = 6


class Plan(NamedTuple):
    """A kernel of the engine, ``kernel(keys [tile], (problem, schemes))``, and its tile."""

    kernel: Callable[..., RoundSummary]
    tile: int


def applies(schemes: tuple[Scheme, ...]) -> bool:
    """Whether the rules are the same in every cell, so that cells can share a program."""
    return all(scheme.any_learner for scheme in schemes)


def plans(
    problem: Problem, sizes: np.ndarray, schemes: tuple[Scheme, ...], rounds: int
) -> Iterator[tuple[np.ndarray, Plan]]:
    """Which cells [K] of stacked ``problem`` [C] run by which plan.

    Args:
        problem: the cells.
        sizes: every n of the whole grid: a cell's plan may not depend on its block.
        schemes: label rules.
        rounds: retraining rounds.
    """
    if rounds <= 1 and problem.spectrum is None:
        passes = stream.passes_for(problem, schemes)
        kinds = [stream.tile_for(int(n)) for n in problem.n]
        for kind in dict.fromkeys(kinds):
            kernel = stream.kernel(kind.lanes, rounds, "float32", passes)
            where = np.array([i for i, other in enumerate(kinds) if other == kind])
            yield where, Plan(kernel, kind.seeds)
        return
    padded = padded_sizes(sizes, problem.n)
    for size in np.unique(padded).tolist():
        bytes_a_seed = 16 * (1 + rounds * len(schemes)) * size
        tile = max(1, min(TILE, TILE_BYTES // bytes_a_seed))
        yield np.flatnonzero(padded == size), Plan(_rounds_kernel(rounds, size), tile)


@cache
def _rounds_kernel(rounds: int, padded: int) -> Callable[..., RoundSummary]:
    return partial(_rounds_tile, rounds, padded)


def _rounds_tile(rounds: int, padded: int, keys: jax.Array, operands: Any) -> RoundSummary:
    problem, schemes = operands
    return eqx.filter_vmap(lambda key: seed_outcome(key, problem, schemes, rounds, padded))(keys)


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
    plan: Plan,
    *,
    first: int,
    seeds: int,
    devices: tuple[jax.Device, ...],
) -> RoundSummary:
    """Scores [C, seeds, schemes, rounds + 1] of the seeds ``first``, ``first + 1``, ...

    Args:
        group: the cells.
        schemes: label rules, on the same data.
        plan: of all cells of the group, see `plans`.
        first: number of the first seed.
        seeds: how many.
        devices: they share the items.
    """
    tiles = -(-seeds // plan.tile)
    cells = len(group.where)
    cell = np.repeat(np.arange(cells), tiles)
    start = np.tile(first + plan.tile * np.arange(tiles), cells)
    words = np.asarray(jax.random.key_data(group.keys))  # on the host: devices will be busy
    turns = -(-cell.size // (ITEMS * len(devices)))
    share = -(-cell.size // (turns * len(devices)))  # the same for every device and turn
    pending: list[tuple[int, RoundSummary]] = []
    done: list[RoundSummary] = []
    for turn, low in enumerate(range(0, cell.size, share)):
        if len(pending) >= 2 * len(devices):  # bounds what is in flight
            done.append(_fetched(*pending.pop(0)))
        chosen = slice(low, low + share)
        operands = (schemes, words, group.problem, cell[chosen], start[chosen])
        pending.append(_start(plan, operands, devices[turn % len(devices)]))
    done += [_fetched(*entry) for entry in pending]
    shape = (cells, tiles * plan.tile)
    return jax.tree.map(
        lambda *leaves: np.concatenate(leaves).reshape(*shape, *leaves[0].shape[2:])[:, :seeds],
        *done,
    )


def _start(plan: Plan, operands: Any, device: jax.Device) -> tuple[int, RoundSummary]:
    """Set a device to work on up to `ITEMS` items; the number of them and their results to be."""
    schemes, words, problem, cell, start = operands
    count = start.size
    items = np.minimum(np.arange(ITEMS), count - 1)
    problems = jax.tree.map(lambda leaf: leaf[cell[items]], problem)
    put = jax.device_put((schemes, words[cell[items]], start[items], problems, count), device)
    return count, _program(plan, *put)


def _fetched(count: int, score: RoundSummary) -> RoundSummary:
    return jax.tree.map(lambda leaf: np.asarray(leaf)[:count], score)


@partial(jax.jit, static_argnums=0)  # does not wait for its result, as filter_jit does
def _program(
    plan: Plan,
    schemes: tuple[Scheme, ...],
    words: jax.Array,
    start: jax.Array,
    problems: Problem,
    count: jax.Array,
) -> RoundSummary:
    """The first ``count`` items, one after another; results [ITEMS, tile, ...]."""
    keys = jax.random.wrap_key_data(words)

    def item(i: Any) -> RoundSummary:
        problem = jax.tree.map(lambda leaf: leaf[i], problems)
        numbers = seed_keys(keys[i], start[i] + jnp.arange(plan.tile))
        return plan.kernel(numbers, (problem, schemes))

    shapes = jax.eval_shape(item, 0)
    empty = jax.tree.map(lambda s: jnp.zeros((keys.shape[0], *s.shape), s.dtype), shapes)

    def body(i: jax.Array, store: RoundSummary) -> RoundSummary:
        return jax.tree.map(lambda all_, one: all_.at[i].set(one), store, item(i))

    return jax.lax.fori_loop(0, count, body, empty)
