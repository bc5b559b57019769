"""Engine exact in law without drawing the data: cost free of d for isotropic noise (R3, R19).

One round of isotropic noise streams its n normals and holds none of them; everything else keeps
n numbers for each round and scheme.
"""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.dice import folds as dice_folds
from relabel_lab.sim.dice import fresh as dice_fresh
from relabel_lab.sim.dice.rounds import Score, seed_outcome
from relabel_lab.sim.dice.stream import counts as dice_counts
from relabel_lab.sim.dice.stream import crossfit as dice_crossfit
from relabel_lab.sim.dice.stream import elementwise as dice_elementwise
from relabel_lab.sim.dice.stream import large as dice_large
from relabel_lab.sim.dice.stream import tiles as dice_stream
from relabel_lab.sim.kit import reject, whole
from relabel_lab.sim.outcome import Outcome, outcome
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import CrossFit, Fresh, Scheme
from relabel_lab.sim.seeds import over_seeds, seed_keys, seed_numbers

TILE_BYTES = 64 * 2**20
TILE_SEEDS = 64
ALONE = (CrossFit, Fresh)  # their seeds share no draws with other schemes


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
    progress: dice_large.Progress | None = None,
) -> dict[str, Outcome]:
    """All schemes on the same data, so that their comparison is paired.

    Args:
        problem: a scalar problem.
        schemes: label rules with distinct names.
        rounds: retraining rounds, >= 0.
        key: the cell's key; seed number i uses ``fold_in(key, i)``.
        seeds: how many seeds, or their numbers.
        dtype: of the streamed draws, float32 or float64 (sums are float64 either way).
        devices: devices to spread seeds over; all local ones by default.
        progress: called with the share done, 0 to 1, while a single seed takes long
            (n above 2^24, one round, isotropic).

    Returns:
        An `Outcome` with arrays [seeds, rounds + 1] for each scheme's name; label accuracy is
        NaN where no sample is used.

    Raises:
        ValueError: for seeds < 1, rounds < 0, no or equally named schemes, another dtype.
    """
    whole("rounds", rounds, 0)
    rules = _distinct([scheme.bind(problem, int(rounds)) for scheme in schemes])
    if dtype not in ("float32", "float64"):
        raise reject("dtype", dtype, "float32 or float64")
    keys = seed_keys(key, seed_numbers(seeds))
    arrays = jax.tree.map(jnp.asarray, problem)
    scores = {
        scheme.name: _alone(keys, arrays, scheme, int(rounds), dtype, devices)
        for scheme in rules
        if isinstance(scheme, ALONE)
    }
    plain = tuple(scheme for scheme in rules if not isinstance(scheme, ALONE))
    if plain:
        streamed = rounds <= 1 and problem.spectrum is None
        if streamed:
            score = _stream(keys, arrays, plain, int(rounds), dtype, devices, progress)
        else:
            score = _rounds(keys, arrays, plain, int(rounds), devices)
        for i, scheme in enumerate(plain):
            scores[scheme.name] = jax.tree.map(lambda leaf, i=i: leaf[:, i], score)
    return {scheme.name: _outcome(problem, scores[scheme.name]) for scheme in rules}


def _alone(
    keys: jax.Array,
    problem: Problem,
    scheme: Scheme,
    rounds: int,
    dtype: str,
    devices: tuple[jax.Device, ...] | None,
) -> Score:
    samples = _padded(int(problem.n))
    if isinstance(scheme, Fresh):
        return dice_fresh.outcomes(keys, problem, rounds, samples, devices)
    assert isinstance(scheme, CrossFit)
    if rounds <= 1 and problem.spectrum is None:
        return dice_crossfit.outcomes(keys, problem, scheme, rounds, dtype, devices)
    return dice_folds.outcomes(keys, problem, int(scheme.folds), rounds, samples, devices)


def _distinct(schemes: Sequence[Scheme]) -> tuple[Scheme, ...]:
    names = [scheme.name for scheme in schemes]
    if not names or len(set(names)) < len(names):
        raise reject("schemes", names, "one or more schemes with distinct names")
    return tuple(jax.tree.map(jnp.asarray, tuple(schemes)))


def _stream(
    keys: jax.Array,
    problem: Problem,
    schemes: tuple[Scheme, ...],
    rounds: int,
    dtype: str,
    devices: tuple[jax.Device, ...] | None,
    progress: dice_large.Progress | None,
) -> Score:
    n = int(problem.n)
    passes = dice_counts if dice_counts.applies(problem, schemes) else dice_elementwise
    if n >= dice_large.FROM:
        return dice_large.outcomes(keys, problem, schemes, rounds, dtype, passes, devices, progress)
    tile = dice_stream.tile_for(n)
    kernel = dice_stream.kernel(tile.lanes, rounds, dtype, passes)
    return over_seeds(kernel, keys, (problem, schemes), tile=tile.seeds, devices=devices, ahead=2)


def _rounds(
    keys: jax.Array,
    problem: Problem,
    schemes: tuple[Scheme, ...],
    rounds: int,
    devices: tuple[jax.Device, ...] | None,
) -> Score:
    samples = _padded(int(problem.n))
    wide = 0 if problem.spectrum is None else problem.spectrum.shape[-1]
    bytes_a_seed = 16 * (1 + rounds * len(schemes)) * (samples + wide)
    tile = max(1, min(TILE_SEEDS, TILE_BYTES // bytes_a_seed))
    kernel = _kernel(rounds, samples)
    return over_seeds(kernel, keys, (problem, schemes), tile=tile, devices=devices)


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
