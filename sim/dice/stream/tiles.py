"""One round, isotropic, without ever holding n numbers: passes over counter-based blocks (R3)."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.dice.stream.blocks import LEAVES
from relabel_lab.sim.dice.stream.once import SeedScalars, StreamPass, draw_scalars, summary
from relabel_lab.sim.kit import DTypeLike, PyTree
from relabel_lab.sim.noise import UniformFlips
from relabel_lab.sim.outcome import RoundSummary
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import Scheme
from relabel_lab.sim.seeds import cached


class Tile(NamedTuple):
    """Shape of the work: ``seeds`` side by side, ``lanes`` each; one compiled program a shape."""

    seeds: int
    lanes: int


TILES = ((2**12, Tile(64, 16)), (2**16, Tile(16, 64)), (2**20, Tile(4, 256)))
LARGEST = Tile(1, 1024)


def tile_for(n: int) -> Tile:
    """The tile for n samples: a function of n alone, so that results never depend on the batch."""
    return next((tile for limit, tile in TILES if n < limit), LARGEST)


def kernel(lanes: int, rounds: int, dtype: str, passes: StreamPass) -> PyTree:
    """Kernel for `SeedBatch.over`; operands are (problem, schemes)."""
    return cached(_tile, lanes, rounds, jnp.dtype(dtype), passes)


def _tile(
    lanes: int,
    rounds: int,
    dtype: DTypeLike,
    passes: StreamPass,
    keys: jax.Array,
    operands: tuple[Problem, tuple[Scheme, ...]],
) -> RoundSummary:
    problem, schemes = operands
    drawn = draw_scalars(keys, problem, isinstance(problem.noise, UniformFlips))
    span = jnp.asarray(0), -(-problem.n // (LEAVES * lanes))
    means = passes.first(problem, drawn, lanes, dtype, *span)
    found = None
    if rounds:
        found = passes.second(problem, drawn, means, schemes, lanes, dtype, *span)
    return scores(passes, problem, drawn, means, found, schemes)


def scores(
    passes: StreamPass,
    problem: Problem,
    drawn: SeedScalars,
    means: PyTree,
    found: PyTree,
    schemes: tuple[Scheme, ...],
) -> RoundSummary:
    """`RoundSummary` arrays [S, schemes, rounds + 1] from what the passes found."""
    first = summary(problem, drawn, passes.initial(problem, drawn, means))
    rows = [[first] for _ in schemes]
    if found is not None:
        later = passes.sums(problem, drawn, means, found, schemes)
        rows = [[first, summary(problem, drawn, part)] for part in later]
    joined = [jax.tree.map(lambda *x: jnp.stack(x, axis=-1), *row) for row in rows]
    return jax.tree.map(lambda *x: jnp.stack(x, axis=1), *joined)
