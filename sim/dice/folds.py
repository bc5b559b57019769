"""Cross-fitting over several rounds or with a spectrum, exact in law (R10, R19).

Fold k's part of a model is a product with a left vector that vanishes outside the fold, its
held-out model a right vector: K of each a round, so K times the memory of other schemes.
"""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp

from relabel_lab.sim.dice import bases as dice_bases
from relabel_lab.sim.dice.bases import Bases
from relabel_lab.sim.dice.rounds import RIGHT, Symmetrised, draw_sample, left_product, unchanged
from relabel_lab.sim.kit import PyTree, reject
from relabel_lab.sim.outcome import RoundSummary
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.seeds import SeedBatch, cached, require_room, tile_of

MOST_VECTORS = 256


def outcomes(
    batch: SeedBatch, problem: Problem, folds: int, rounds: int, samples: int
) -> RoundSummary:
    """Arrays [seeds, rounds + 1]; seeds do not share draws with other schemes.

    Raises:
        ValueError: where folds times rounds need too many vectors.
    """
    vectors = folds * (rounds + 1)
    if vectors > MOST_VECTORS:
        allowed = f"at most {MOST_VECTORS // (rounds + 1)} for {rounds} rounds in the dice engine"
        raise reject("crossfit folds", folds, f"{allowed}; direct has more")
    wide = vectors if problem.spectrum is None else problem.spectrum.shape[-1]
    need = 16 * vectors * (samples + wide)
    require_room(need, int(problem.n), batch.devices)
    tile = tile_of(need)
    return batch.over(cached(_tile, folds, rounds, samples), problem, tile=tile)


def _tile(folds: int, rounds: int, samples: int, keys: jax.Array, problem: Problem) -> RoundSummary:
    return jax.vmap(lambda key: _seed(key, problem, folds, rounds, samples))(keys)


def _seed(key: jax.Array, problem: Problem, folds: int, rounds: int, samples: int) -> RoundSummary:
    sample = draw_sample(key, problem, samples)
    member = jnp.where(sample.inside, jnp.arange(samples) % folds, folds)
    sizes = jnp.sum(member == jnp.arange(folds)[:, None], axis=1)
    vectors = folds * (rounds + 1)
    wide = vectors if problem.spectrum is None else problem.spectrum.shape[-1]

    def train(bases: Bases, turn: jax.Array, label: jax.Array) -> PyTree:
        """Sums of the folds: [K] of m f and [K, D] of Sigma^(1/2) z s f, times Sigma^(1/2)."""

        def one(bases: Bases, k: jax.Array) -> PyTree:
            f = jnp.where(member == k, label, 0)
            bases, total = left_product(key, problem, sample, bases, turn * folds + k, f)
            return bases, (jnp.sum(f * sample.m), total)

        return jax.lax.scan(one, bases, jnp.arange(folds))

    def relabel(bases: Bases, turn: jax.Array, sums: PyTree) -> tuple[Bases, jax.Array]:
        along, noise = sums

        def one(bases: Bases, k: jax.Array) -> tuple[Bases, jax.Array]:
            others = problem.n - sizes[k]
            a, u = (jnp.sum(along) - along[k]) / others, (jnp.sum(noise, 0) - noise[k]) / others
            slot = turn * folds + k
            fresh = partial(_fresh, key, sample, slot)
            bases, field = dice_bases.from_right(bases, slot, u, fresh)
            score = sample.m * problem.gamma**2 * a + sample.s * field
            return bases, jnp.where(member == k, jnp.sign(score), 0)

        bases, labels = jax.lax.scan(one, bases, jnp.arange(folds))
        return bases, jnp.sum(labels, axis=0)

    def step(carry: tuple[Bases, jax.Array], turn: jax.Array) -> PyTree:
        bases, label = carry
        bases, sums = train(bases, turn, label)
        along, noise = sums
        kappa = problem.gamma**2 * jnp.sum(along) / jnp.linalg.norm(jnp.sum(noise, axis=0))
        right = jnp.sum(label > 0) / problem.n
        same = unchanged(label, sample.s, sample.inside)
        found = RoundSummary(kappa, right, jnp.ones(()), same)
        return relabel(bases, turn, sums), found

    bases = dice_bases.empty(vectors, samples, wide)
    return jax.lax.scan(step, (bases, sample.s), jnp.arange(rounds + 1))[1]


def _fresh(key: jax.Array, sample: Symmetrised, slot: jax.Array) -> jax.Array:
    key = jax.random.fold_in(jax.random.fold_in(key, RIGHT), slot)
    return jnp.where(sample.inside, jax.random.normal(key, sample.m.shape), 0)
