"""One round, isotropic, without ever holding n numbers: passes over counter-based blocks (R3)."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from sim.dice_blocks import LEAVES
from sim.dice_elementwise import first_pass, second_pass
from sim.dice_once import Sums, facts, score
from sim.dice_rounds import Score
from sim.noise import UniformFlips
from sim.problem import Problem
from sim.schemes import Scheme


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
def kernel(lanes: int, rounds: int, dtype: str) -> Any:
    """Kernel for `over_seeds`; operands are (problem, schemes)."""
    return partial(_tile, lanes, rounds, jnp.dtype(dtype))


def _tile(
    lanes: int, rounds: int, dtype: Any, keys: jax.Array, operands: tuple[Problem, Sequence[Scheme]]
) -> Score:
    problem, schemes = operands
    drawn = facts(keys, problem, isinstance(problem.noise, UniformFlips))
    blocks = -(-problem.n // (LEAVES * lanes))
    means = first_pass(problem, drawn, lanes, dtype, jnp.asarray(0), blocks)
    models = [[score(problem, drawn, _initial(problem, means))] for _ in schemes]
    if rounds:
        zero = jnp.asarray(0)
        sums = second_pass(problem, drawn, means, tuple(schemes), lanes, dtype, zero, blocks)
        for model, part in zip(models, sums, strict=True):
            model.append(score(problem, drawn, part))
    rows = [jax.tree.map(lambda *x: jnp.stack(x, axis=-1), *model) for model in models]
    return jax.tree.map(lambda *x: jnp.stack(x, axis=1), *rows)


def _initial(problem: Problem, means: Any) -> Sums:
    """f = s: the given labels."""
    n = jnp.full_like(means.sm, problem.n)
    return Sums(means.sm, n, jnp.zeros_like(n), n, means.right, n)
