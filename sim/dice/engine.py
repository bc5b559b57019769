"""Engine exact in law without drawing the data: cost free of d for isotropic noise (R3, R19).

One round of isotropic noise streams its n normals and holds none of them; everything else keeps
n numbers for each round and scheme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.dice import folds, fresh, stream
from relabel_lab.sim.dice.rounds import seed_outcome
from relabel_lab.sim.kit import PyTree, reject, whole
from relabel_lab.sim.outcome import Outcome, RoundSummary, outcome
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import CrossFit, Scheme
from relabel_lab.sim.seeds import (
    SeedBatch,
    cached,
    require_room,
    seed_keys,
    seed_numbers,
    tile_of,
)

DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class Dice:
    """The exact-law engine and how it is to run.

    Attributes:
        dtype: of the streamed draws, float32 or float64 (sums are float64 either way).
        devices: devices to spread seeds over; all local ones by default.
        progress: called with the share done, 0 to 1, while a single seed takes long
            (n above 2^24, one round, isotropic).
    """

    dtype: str = "float32"
    devices: tuple[jax.Device, ...] | None = None
    progress: stream.Progress | None = None

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise reject("dtype", self.dtype, " or ".join(DTYPES))

    def run(
        self,
        problem: Problem,
        schemes: Sequence[Scheme],
        rounds: int = 1,
        *,
        key: jax.Array,
        seeds: int | jax.Array,
    ) -> dict[str, Outcome]:
        """All schemes on the same data, so that their comparison is paired.

        Schemes that score out of fold or new samples draw seeds of their own.  See `run_many`.
        """
        whole("rounds", rounds, 0)
        rules = distinct([scheme.bind(problem, int(rounds)) for scheme in schemes])
        _ = problem.exact_noise  # refused here, before anything is compiled
        batch = SeedBatch(seed_keys(key, seed_numbers(seeds)), self.devices)
        run = _Run(self, batch, jax.tree.map(jnp.asarray, problem), int(rounds))
        found = {rule.name: run.alone(rule) for rule in rules if rule.scores != "in-sample"}
        shared = tuple(rule for rule in rules if rule.scores == "in-sample")
        if shared:
            every = run.together(shared)
            for i, rule in enumerate(shared):
                found[rule.name] = jax.tree.map(lambda leaf, i=i: leaf[:, i], every)
        return {rule.name: outcome(problem.law, found[rule.name]) for rule in rules}


@dataclass(frozen=True)
class _Run:
    """One problem on one batch of seeds."""

    engine: Dice
    batch: SeedBatch
    problem: Problem
    rounds: int

    @property
    def streams(self) -> bool:
        """Whether one pass over the normals of a seed serves."""
        return self.rounds <= 1 and self.problem.spectrum is None

    def alone(self, rule: Scheme) -> RoundSummary:
        """A scheme with draws of its own; arrays [seeds, rounds + 1]."""
        batch, problem, samples = self.batch, self.problem, padded(int(self.problem.n))
        if not isinstance(rule, CrossFit):
            return fresh.outcomes(batch, problem, self.rounds, samples)
        if self.streams:
            count = int(rule.folds)
            return stream.crossfit(batch, problem, count, self.rounds, self.engine.dtype)
        return folds.outcomes(batch, problem, int(rule.folds), self.rounds, samples)

    def together(self, rules: tuple[Scheme, ...]) -> RoundSummary:
        """Schemes on the same draws; arrays [seeds, schemes, rounds + 1]."""
        if not self.streams:
            return self._rounds(rules)
        dtype, progress = self.engine.dtype, self.engine.progress
        return stream.shared(self.batch, self.problem, rules, self.rounds, dtype, progress)

    def _rounds(self, rules: tuple[Scheme, ...]) -> RoundSummary:
        samples = padded(int(self.problem.n))
        wide = 0 if self.problem.spectrum is None else self.problem.spectrum.shape[-1]
        models = 1 + self.rounds * len(rules)
        need = 16 * models * (samples + (wide or models))
        require_room(need, int(self.problem.n), self.batch.devices)
        tile = tile_of(16 * models * (samples + wide))
        kernel = cached(_tile, self.rounds, samples)
        return self.batch.over(kernel, (self.problem, rules), tile=tile)


def run(
    problem: Problem,
    scheme: Scheme,
    rounds: int = 1,
    *,
    key: jax.Array,
    seeds: int | jax.Array,
    **options: Any,
) -> Outcome:
    """One scheme; see `run_many`."""
    return run_many(problem, (scheme,), rounds, key=key, seeds=seeds, **options)[scheme.name]


def run_many(
    problem: Problem,
    schemes: Sequence[Scheme],
    rounds: int = 1,
    *,
    key: jax.Array,
    seeds: int | jax.Array,
    **options: Any,
) -> dict[str, Outcome]:
    """All schemes on the same data, so that their comparison is paired.

    Args:
        problem: a scalar problem.
        schemes: label rules with distinct names.
        rounds: retraining rounds, >= 0.
        key: the cell's key; seed number i uses ``fold_in(key, i)``.
        seeds: how many seeds, or their numbers.
        options: fields of `Dice`: dtype, devices, progress.

    Returns:
        An `Outcome` with arrays [seeds, rounds + 1] for each scheme's name.

    Raises:
        ValueError: for seeds < 1, rounds < 0, no or equally named schemes, another dtype.
    """
    return Dice(**options).run(problem, schemes, rounds, key=key, seeds=seeds)


def distinct(schemes: Sequence[Scheme]) -> tuple[Scheme, ...]:
    """Schemes with arrays as leaves; refuses none, and equal names."""
    names = [scheme.name for scheme in schemes]
    if not names or len(set(names)) < len(names):
        raise reject("schemes", names, "one or more schemes with distinct names")
    return tuple(jax.tree.map(jnp.asarray, tuple(schemes)))


def padded(n: int) -> int:
    """Next power of two: nearby n share one compiled program."""
    return 1 << max(6, (n - 1).bit_length())


def _tile(rounds: int, samples: int, keys: jax.Array, operands: PyTree) -> RoundSummary:
    problem, schemes = operands
    return eqx.filter_vmap(lambda key: seed_outcome(key, problem, schemes, rounds, samples))(keys)
