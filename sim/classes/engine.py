"""Both engines of K classes with the signature of the binary ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from relabel_lab.sim.classes import direct, folds, once, rounds
from relabel_lab.sim.classes.problem import ClassProblem
from relabel_lab.sim.classes.rules import check
from relabel_lab.sim.classes.summary import ClassSummary, completed
from relabel_lab.sim.kit import reject, whole
from relabel_lab.sim.outcome import Outcome
from relabel_lab.sim.schemes import CrossFit, Scheme
from relabel_lab.sim.seeds import (
    SeedBatch,
    budget,
    cached,
    seed_keys,
    seed_numbers,
    tile_of,
)

ENGINES = ("dice", "direct")


def run_many(
    problem: ClassProblem,
    schemes: Sequence[Scheme],
    rounds: int = 1,
    *,
    key: jax.Array,
    seeds: int | jax.Array,
    engine: str = "dice",
    devices: tuple[jax.Device, ...] | None = None,
) -> dict[str, Outcome]:
    """All schemes on the same data of every seed; in dice cross-fitting draws seeds of its own.

    Args:
        problem: a scalar problem.
        schemes: those for which `serves` holds, with distinct names.
        rounds: retraining rounds, >= 0.
        key: the cell's key; seed number i uses ``fold_in(key, i)``.
        seeds: how many seeds, or their numbers.
        engine: ``dice``, exact in law at a cost free of d, or ``direct``, which draws the data.
        devices: they share the seeds; all local ones by default.

    Returns:
        An `Outcome` with arrays [seeds, rounds + 1] for each scheme's name.  Accuracies are the
        classifier's own in the population, averaged over directions of noise without bias: exact
        for two classes, within a spread that standard errors over seeds contain for more.

    Raises:
        ValueError: for what is not allowed, or where memory cannot hold one seed.
    """
    if engine not in ENGINES:
        raise reject("engine", engine, " or ".join(ENGINES))
    whole("rounds", rounds, 0)
    names = [scheme.name for scheme in schemes]
    if not names or len(set(names)) < len(names):
        raise reject("schemes", names, "one or more schemes with distinct names")
    for scheme in schemes:
        check(scheme, int(problem.n))
    batch = SeedBatch(seed_keys(key, seed_numbers(seeds)), devices)
    run = _dice if engine == "dice" else _direct
    found = run(batch, problem, tuple(schemes), int(rounds))
    return {name: completed(found[name]) for name in names}


def _dice(
    batch: SeedBatch, problem: ClassProblem, schemes: tuple[Scheme, ...], rounds: int
) -> dict[str, ClassSummary]:
    classes, samples = int(problem.classes), _padded(int(problem.n))
    operands = jax.tree.map(jnp.asarray, problem)
    found = {}
    for scheme in schemes:
        if isinstance(scheme, CrossFit):
            parts = int(scheme.folds)
            tile = _tile_of(problem, samples * 8 * parts * (classes - 1) * (2 * rounds + 1))
            kernel = cached(_folds, parts, classes, rounds, samples)
            found[scheme.name] = batch.over(kernel, operands, tile=tile)
    shared = tuple(scheme for scheme in schemes if not isinstance(scheme, CrossFit))
    if shared:
        models = 1 + rounds * len(shared)
        tile = _tile_of(problem, samples * 16 * (classes - 1) * models)
        rules = jax.tree.map(jnp.asarray, shared)
        kernel = cached(_rounds, classes, rounds, samples)
        if rounds == 1:
            kernel = cached(_once, classes, samples)
        every = batch.over(kernel, (operands, rules), tile=tile)
        found |= _split(every, shared)
    return found


def _direct(
    batch: SeedBatch, problem: ClassProblem, schemes: tuple[Scheme, ...], rounds: int
) -> dict[str, ClassSummary]:
    n, d, classes = int(problem.n), int(problem.d), int(problem.classes)
    parts = tuple(int(s.folds) if isinstance(s, CrossFit) else 0 for s in schemes)
    need = 16 * n * (d + classes * (2 + max(parts)))
    kernel = cached(_drawn, (n, d, classes, parts), rounds)
    operands = (jax.tree.map(jnp.asarray, problem), jax.tree.map(jnp.asarray, schemes))
    return _split(batch.over(kernel, operands, tile=_tile_of(problem, need)), schemes)


def _tile_of(problem: ClassProblem, need: int) -> int:
    """Seeds side by side; refuses what one seed alone cannot have."""
    have = budget(tuple(jax.local_devices()))
    if need > have:
        allowed = f"small enough that one seed of K classes fits: {need} bytes, {have} to be had"
        raise reject("n", problem.n, allowed)
    return tile_of(need)


def _padded(n: int) -> int:
    """Up to an eighth more: nearby n share one compiled program."""
    step = max(64, 1 << max(0, (n - 1).bit_length() - 4))
    return -(-n // step) * step


def _split(every: ClassSummary, schemes: Sequence[Scheme]) -> dict[str, ClassSummary]:
    return {
        scheme.name: jax.tree.map(lambda leaf, i=i: leaf[:, i], every)
        for i, scheme in enumerate(schemes)
    }


def _rounds(classes: int, turns: int, samples: int, keys: jax.Array, operands: Any) -> ClassSummary:
    problem, schemes = operands
    return jax.vmap(
        lambda key: rounds.seed_outcome(key, problem, schemes, classes, turns, samples)
    )(keys)


def _once(classes: int, samples: int, keys: jax.Array, operands: Any) -> ClassSummary:
    problem, schemes = operands
    return jax.lax.map(lambda key: once.seed_outcome(key, problem, schemes, classes, samples), keys)


def _folds(
    parts: int, classes: int, turns: int, samples: int, keys: jax.Array, problem: ClassProblem
) -> ClassSummary:
    return jax.vmap(lambda key: folds.seed_outcome(key, problem, parts, classes, turns, samples))(
        keys
    )


def _drawn(sizes: Any, turns: int, keys: jax.Array, operands: Any) -> ClassSummary:
    problem, schemes = operands
    return jax.vmap(lambda key: direct.seed_outcome(key, problem, schemes, sizes, turns))(keys)
