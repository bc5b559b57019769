"""One round, isotropic, without ever holding n numbers: passes over counter-based blocks (R3)."""

from functools import cache, partial
from types import ModuleType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.dice.rounds import Score
from relabel_lab.sim.dice.stream.blocks import LEAVES
from relabel_lab.sim.dice.stream.once import Facts, facts, score
from relabel_lab.sim.noise import UniformFlips
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import Scheme


class Tile(NamedTuple):
    """Shape of the work: ``seeds`` side by side, ``lanes`` each; one compiled program a shape."""

    seeds: int
    lanes: int


TILES = ((2**12, Tile(64, 16)), (2**16, Tile(16, 64)), (2**20, Tile(4, 256)))
LARGEST = Tile(1, 1024)


def tile_for(n: int) -> Tile:
    """The tile for n samples: a function of n alone, so that results never depend on the batch."""
    return next((tile for limit, tile in TILES if n < limit), LARGEST)


@cache
def kernel(lanes: int, rounds: int, dtype: str, passes: ModuleType) -> Any:
    """Kernel for `over_seeds`; operands are (problem, schemes)."""
    return partial(_tile, lanes, rounds, jnp.dtype(dtype), passes)


def _tile(
    lanes: int,
    rounds: int,
    dtype: Any,
    passes: ModuleType,
    keys: jax.Array,
    operands: tuple[Problem, tuple[Scheme, ...]],
) -> Score:
    problem, schemes = operands
    drawn = facts(keys, problem, isinstance(problem.noise, UniformFlips))
    span = jnp.asarray(0), -(-problem.n // (LEAVES * lanes))
    means = passes.first_pass(problem, drawn, lanes, dtype, *span)
    found = None
    if rounds:
        found = passes.second_pass(problem, drawn, means, schemes, lanes, dtype, *span)
    return scores(passes, problem, drawn, means, found, schemes)


def scores(
    passes: ModuleType,
    problem: Problem,
    drawn: Facts,
    means: Any,
    found: Any,
    schemes: tuple[Scheme, ...],
) -> Score:
    """`Score` arrays [S, schemes, rounds + 1] from what the passes found."""
    first = score(problem, drawn, passes.initial(problem, drawn, means))
    rows = [[first] for _ in schemes]
    if found is not None:
        later = passes.sums(problem, drawn, means, found, schemes)
        rows = [[first, score(problem, drawn, part)] for part in later]
    joined = [jax.tree.map(lambda *x: jnp.stack(x, axis=-1), *row) for row in rows]
    return jax.tree.map(lambda *x: jnp.stack(x, axis=1), *joined)
