"""Engine exact in law without drawing the data: cost free of d for isotropic noise (R3, R19)."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from sim import dice_counts, dice_stream
from sim.batches import over_seeds
from sim.dice_rounds import Score, seed_outcome
from sim.keys import seed_keys, seed_numbers
from sim.outcome import Outcome, outcome
from sim.problem import Problem
from sim.schemes import Scheme
from sim.validate import whole

TILE_BYTES = 64 * 2**20


def run(
    problem: Problem, scheme: Scheme, rounds: int = 1, *, key: jax.Array, seeds: Any, **options: Any
) -> Outcome:
    """One scheme; see `run_many`."""
    return run_many(problem, (scheme,), rounds, key=key, seeds=seeds, **options)[scheme.name]


def run_many(
    problem: Problem,
    schemes: Sequence[Scheme],
    rounds: int = 1,
    *,
    key: jax.Array,
    seeds: Any,
    dtype: str = "float32",
    devices: tuple[jax.Device, ...] | None = None,
) -> dict[str, Outcome]:
    """All schemes on the same data, so that their comparison is paired.

    Args:
        problem: a scalar problem.
        schemes: label rules with distinct names.
        rounds: retraining rounds, >= 0.
        key: the cell's key; seed number i uses ``fold_in(key, i)``.
        seeds: how many seeds, or their numbers.
        dtype: of the draws of the streaming path, float32 or float64.
        devices: devices to spread seeds over; all local ones by default.

    Returns:
        An `Outcome` with arrays [seeds, rounds + 1] for each scheme's name.

    Raises:
        ValueError: for seeds < 1 or rounds < 0.
    """
    whole("rounds", rounds, 0)
    keys = seed_keys(key, seed_numbers(seeds))
    operands = jax.tree.map(jnp.asarray, (problem, tuple(schemes)))
    if rounds <= 1 and problem.spectrum is None:
        shape = dice_stream.tile_for(int(problem.n))
        tile, kernel = (
            shape.seeds,
            dice_stream.kernel(
                shape.lanes, int(rounds), dtype, dice_counts.applies(problem, tuple(schemes))
            ),
        )
    else:
        samples = _padded(int(problem.n))
        slots = 1 + int(rounds) * len(schemes)
        tile = max(1, min(64, TILE_BYTES // (16 * slots * samples)))
        kernel = _kernel(int(rounds), samples)
    score = over_seeds(kernel, keys, operands, tile=tile, devices=devices)
    return {
        scheme.name: _outcome(problem, jax.tree.map(lambda leaf, i=i: leaf[:, i], score))
        for i, scheme in enumerate(schemes)
    }


def _padded(n: int) -> int:
    """Next power of two: nearby n share one compiled program."""
    return 1 << max(6, (n - 1).bit_length())


@cache
def _kernel(rounds: int, samples: int) -> Any:
    return partial(_tile, rounds, samples)


def _tile(rounds: int, samples: int, keys: jax.Array, operands: Any) -> Score:
    problem, schemes = operands
    return eqx.filter_vmap(lambda key: seed_outcome(key, problem, schemes, rounds, samples))(keys)


def _outcome(problem: Problem, score: Score) -> Outcome:
    return outcome(problem.law, score.kappa, score.label_accuracy, score.coverage)
