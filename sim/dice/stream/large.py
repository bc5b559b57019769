"""One huge seed at a time: fixed parts of its blocks, dispatched to devices and cores in turn.

The parts depend on n alone and are added in order, so that the result does not depend on
what computed them.
"""

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.dice.stream.blocks import LEAVES
from relabel_lab.sim.dice.stream.once import SeedScalars, StreamPass, draw_scalars
from relabel_lab.sim.dice.stream.tiles import LARGEST, scores
from relabel_lab.sim.kit import PyTree
from relabel_lab.sim.noise import UniformFlips
from relabel_lab.sim.outcome import RoundSummary
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import Scheme
from relabel_lab.sim.seeds import SeedBatch

FROM = 2**24  # samples above which a seed is cut into parts
PART = 2**12  # blocks in a part: 2^26 normals, a fraction of a second
AHEAD = 4  # parts in flight on each device, enough to occupy the cores

Progress = Callable[[float], None]


def outcomes(
    batch: SeedBatch,
    problem: Problem,
    schemes: tuple[Scheme, ...],
    rounds: int,
    dtype: str,
    passes: StreamPass,
    progress: Progress | None,
) -> RoundSummary:
    """Arrays [seeds, schemes, rounds + 1]; ``progress`` hears the share done, 0 to 1."""
    keys = batch.keys
    chosen = tuple(jax.local_devices() if batch.devices is None else batch.devices)
    parts = -(-int(problem.n) // (LEAVES * LARGEST.lanes * PART))
    report = _Report(progress, keys.shape[0] * parts * (1 + rounds))
    results = []
    for number in range(keys.shape[0]):
        operands = (problem, _scalars(keys[number : number + 1], problem))
        first = partial(_first, passes, dtype)
        means = _over_parts(first, operands, parts, chosen, report)
        found = None
        if rounds:
            second = partial(_second, passes, dtype)
            found = _over_parts(second, (*operands, means, schemes), parts, chosen, report)
        results.append(_scores(passes, *operands, means, found, schemes))
    return jax.tree.map(lambda *x: jnp.concatenate(x), *results)


class _Report:
    """Counts finished parts and tells the listener."""

    def __init__(self, progress: Progress | None, total: int):
        self.progress, self.total, self.done = progress, total, 0

    def __call__(self) -> None:
        self.done += 1
        if self.progress is not None:
            self.progress(self.done / self.total)


def _over_parts(
    work: Callable[..., Any],
    operands: PyTree,
    parts: int,
    devices: tuple[jax.Device, ...],
    report: _Report,
) -> PyTree:
    """Sum of ``work(operands, start, stop)`` over the parts, in their order."""
    copies = [jax.device_put(operands, device) for device in devices]
    calls = (partial(work, copies[i % len(devices)], jnp.asarray(i * PART)) for i in range(parts))
    total = None
    for part in _overlapped(calls, AHEAD * len(devices)):
        total = part if total is None else jax.tree.map(np.add, total, part)
        report()
    return total


def _overlapped(calls: Iterator[Callable[[], Any]], ahead: int) -> Iterator[Any]:
    """Results as NumPy arrays, with up to ``ahead`` calls under way at a time."""
    waiting: deque[Any] = deque()
    for call in calls:
        waiting.append(call())
        if len(waiting) == ahead:
            yield jax.device_get(waiting.popleft())
    while waiting:
        yield jax.device_get(waiting.popleft())


def _span(problem: Problem, start: jax.Array) -> tuple[jax.Array, jax.Array]:
    blocks = -(-problem.n // (LEAVES * LARGEST.lanes))
    return start, jnp.minimum(start + PART, blocks)


@eqx.filter_jit
def _scalars(keys: jax.Array, problem: Problem) -> SeedScalars:
    return draw_scalars(keys, problem, isinstance(problem.noise, UniformFlips))


@partial(jax.jit, static_argnums=(0, 1))
def _first(passes: StreamPass, dtype: str, operands: PyTree, start: jax.Array) -> PyTree:
    problem, drawn = operands
    span = _span(problem, start)
    return passes.first(problem, drawn, LARGEST.lanes, jnp.dtype(dtype), *span)


@partial(jax.jit, static_argnums=(0, 1))
def _second(passes: StreamPass, dtype: str, operands: PyTree, start: jax.Array) -> PyTree:
    problem, drawn, means, schemes = operands
    span = _span(problem, start)
    return passes.second(problem, drawn, means, schemes, LARGEST.lanes, jnp.dtype(dtype), *span)


@eqx.filter_jit
def _scores(
    passes: StreamPass,
    problem: Problem,
    drawn: SeedScalars,
    means: PyTree,
    found: PyTree,
    schemes: tuple[Scheme, ...],
) -> RoundSummary:
    return scores(passes, problem, drawn, means, found, schemes)
