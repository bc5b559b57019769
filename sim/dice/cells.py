"""Many cells of a grid at once: one compiled program serves cells of many n, p, gamma and sigma.

Work items are (cell, tile of seeds).  Every device runs the same single-device program on its
share: programs partitioned over devices differ in the last bit with the number of devices.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.dice import stream
from relabel_lab.sim.dice.rounds import seed_outcome
from relabel_lab.sim.kit import PyTree, Scalar
from relabel_lab.sim.margins import Margin
from relabel_lab.sim.outcome import Outcome, RoundSummary, settled
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import Scheme
from relabel_lab.sim.seeds import cached, seed_keys, tile_of

ITEMS = 256
PROGRAMS = 6
PIECE = 1 << 14


def one_rule(schemes: Sequence[Scheme]) -> bool:
    """Whether the rules are the same for every problem, so that cells can share a program."""
    return all(scheme.any_learner for scheme in schemes)


def serves_cells(sizes: np.ndarray, schemes: Sequence[Scheme]) -> bool:
    """Whether `run_cells` can run ``schemes`` on a grid with all the ``sizes`` n."""
    return one_rule(schemes) and int(np.max(sizes)) < stream.FROM


def run_cells(
    problem: Problem,
    schemes: Sequence[Scheme],
    rounds: int = 1,
    *,
    keys: jax.Array,
    seeds: int,
    first: int = 0,
    sizes: np.ndarray | None = None,
    devices: tuple[jax.Device, ...] | None = None,
) -> Outcome:
    """All schemes on the same data, for every problem of a stack; see `run_many` for one problem.

    A cell's numbers depend neither on the cells beside it nor on the number of devices.

    Args:
        problem: fields [C] (spectrum [C, d - 1]; those of the noise may be scalars) of one margin
            law and one kind of noise.
        schemes: label rules for which `serves_cells` holds.
        rounds: retraining rounds, >= 0.
        keys: the cells' keys [C]; seed number i uses ``fold_in(key, i)``.
        seeds: how many seeds a cell.
        first: number of the first seed.
        sizes: every n of the whole grid, which fixes padded lengths; those of ``problem`` unless
            given.
        devices: they share the work; all local ones by default.

    Returns:
        An `Outcome` with NumPy arrays [C, seeds, schemes, rounds + 1].
    """
    rules = jax.tree.map(jnp.asarray, tuple(schemes))
    all_sizes = np.asarray(problem.n) if sizes is None else sizes
    chosen = tuple(jax.local_devices() if devices is None else devices)
    words = np.asarray(jax.random.key_data(keys))  # on the host: devices will be busy
    plans = list(_plans(problem, all_sizes, rules, rounds))
    calls = [list(_calls(plan, where, first, seeds, len(chosen))) for where, plan in plans]
    found = _in_turn([call for of in calls for call in of], (rules, words, problem), chosen)
    parts = [
        jax.tree.map(partial(_by_cell, len(where), seeds), *(next(found) for _ in of))
        for (where, _), of in zip(plans, calls, strict=True)
    ]
    order = np.argsort(np.concatenate([where for where, _ in plans]))
    summary = jax.tree.map(lambda *leaves: np.concatenate(leaves)[order], *parts)
    kappa = np.asarray(settled(summary))
    errors = _log_errors(problem.law, kappa)
    return Outcome(kappa, errors, summary.label_accuracy, summary.coverage)  # type: ignore[arg-type]


def _by_cell(cells: int, seeds: int, *pieces: np.ndarray) -> np.ndarray:
    """Items [cells * tiles, tile, ...] in pieces as [cells, seeds, ...]; a last tile is cut."""
    items = np.concatenate(pieces)
    return items.reshape(cells, -1, *items.shape[2:])[:, :seeds]


class Plan(NamedTuple):
    """A kernel of the engine, ``kernel(keys [tile], (problem, schemes))``, and its tile."""

    kernel: Callable[..., RoundSummary]
    tile: int


def _plans(
    problem: Problem, sizes: np.ndarray, schemes: tuple[Scheme, ...], rounds: int
) -> Iterator[tuple[np.ndarray, Plan]]:
    """Which cells [K] run by which plan; a cell's own n and the grid's ``sizes`` decide."""
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
        tile = tile_of(16 * (1 + rounds * len(schemes)) * size)
        yield np.flatnonzero(padded == size), Plan(cached(_rounds_tile, rounds, size), tile)


def _rounds_tile(rounds: int, padded: int, keys: jax.Array, operands: PyTree) -> RoundSummary:
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


class _Call(NamedTuple):
    """Up to `ITEMS` items for one device: numbers of the cells, and of their first seeds."""

    plan: Plan
    cell: np.ndarray
    start: np.ndarray


def _calls(plan: Plan, where: np.ndarray, first: int, seeds: int, devices: int) -> Iterator[_Call]:
    """The cells' tiles, in shares that are the same for every device and turn."""
    count = -(-seeds // plan.tile)
    cell = np.repeat(where, count)
    start = np.tile(first + plan.tile * np.arange(count), len(where))
    turns = -(-cell.size // (ITEMS * devices))
    share = -(-cell.size // (turns * devices))
    for low in range(0, cell.size, share):
        yield _Call(plan, cell[low : low + share], start[low : low + share])


def _in_turn(
    calls: list[_Call], operands: PyTree, devices: tuple[jax.Device, ...]
) -> Iterator[RoundSummary]:
    """Results of the calls in order, with a bounded number in flight on the devices."""
    pending: deque[tuple[int, RoundSummary]] = deque()
    for turn, call in enumerate(calls):
        if len(pending) >= 2 * len(devices):
            yield _fetched(*pending.popleft())
        pending.append((call.cell.size, _start(call, operands, devices[turn % len(devices)])))
    while pending:
        yield _fetched(*pending.popleft())


def _start(call: _Call, operands: PyTree, device: jax.Device) -> RoundSummary:
    """Set a device to work; the results to be [ITEMS, tile, schemes, rounds + 1]."""
    schemes, words, problem = operands
    count = call.cell.size
    items = np.minimum(np.arange(ITEMS), count - 1)
    cell = call.cell[items]
    problems = jax.tree.map(partial(_at, cell), problem)
    put = jax.device_put((schemes, words[cell], call.start[items], problems, count), device)
    return _program(call.plan, *put)


def _at(cell: np.ndarray, leaf: np.ndarray) -> np.ndarray:
    return leaf[cell] if leaf.ndim else np.broadcast_to(leaf, cell.shape)


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

    def item(i: Scalar) -> RoundSummary:
        problem = jax.tree.map(lambda leaf: leaf[i], problems)
        numbers = seed_keys(keys[i], start[i] + jnp.arange(plan.tile))
        return plan.kernel(numbers, (problem, schemes))

    shapes = jax.eval_shape(item, 0)
    empty = jax.tree.map(lambda s: jnp.zeros((keys.shape[0], *s.shape), s.dtype), shapes)

    def body(i: jax.Array, store: RoundSummary) -> RoundSummary:
        return jax.tree.map(lambda all_, one: all_.at[i].set(one), store, item(i))

    return jax.lax.fori_loop(0, count, body, empty)


def _log_errors(law: Margin, kappa: np.ndarray) -> np.ndarray:
    """log(1 - accuracy) [C, ...] of kappa [C, ...]; pieces of one shape, so of one program."""
    values = kappa.ravel()
    cells = np.repeat(np.arange(kappa.shape[0]), values.size // kappa.shape[0])
    result = np.empty_like(values)
    for low in range(0, values.size, PIECE):
        index = np.minimum(np.arange(low, low + PIECE), values.size - 1)
        laws = jax.tree.map(lambda leaf, index=index: leaf[cells[index]], law)
        result[low : low + PIECE] = _log_error(laws, values[index])[: values.size - low]
    return result.reshape(kappa.shape)


@jax.jit
def _log_error(law: Margin, kappa: jax.Array) -> jax.Array:
    return law.log_error(kappa)
