"""Cross-fitting of K classes, exact in law: K - 1 left and right vectors a fold (R10, R22)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from relabel_lab.sim.classes import blocks as dice
from relabel_lab.sim.classes.problem import ClassProblem
from relabel_lab.sim.classes.rounds import Data, Model, data_of, label_rows, mean_scores
from relabel_lab.sim.classes.rules import Labels
from relabel_lab.sim.classes.sample import LEFT, RIGHT
from relabel_lab.sim.classes.summary import ClassSummary, Facts


def seed_outcome(
    key: jax.Array, problem: ClassProblem, folds: int, classes: int, rounds: int, samples: int
) -> ClassSummary:
    """One seed; arrays [rounds + 1].  Sample i is in fold i mod ``folds``."""
    data = data_of(key, problem, classes, samples)
    member = jnp.arange(samples) % folds
    vectors = (rounds + 1) * folds * (classes - 1)
    blocks = dice.empty(samples, vectors, vectors)

    def step(carry: tuple[Any, jax.Array], turn: jax.Array) -> tuple[Any, Facts]:
        blocks, label = carry
        labels = Labels(label, data.sample.inside)
        blocks, sums = _train(data, blocks, labels, member, folds, turn)
        whole = Model(*(jnp.sum(part, 0) / problem.n for part in sums))
        if rounds:
            blocks, label = _predict(data, blocks, sums, member, folds, turn)
        return (blocks, label), data.told(whole, labels)

    start = (blocks, data.sample.given)
    return data.graded(jax.lax.scan(step, start, jnp.arange(rounds + 1))[1])


def _train(
    data: Data, blocks: Any, labels: Labels, member: jax.Array, folds: int, turn: Any
) -> tuple[Any, Model]:
    """n times the parts of the folds, arrays [folds, K - 1, ...]."""
    rows = label_rows(data.basis, labels)
    own = jnp.where(member == jnp.arange(folds)[:, None, None], rows, 0)
    key = jax.random.fold_in(jax.random.fold_in(data.key, LEFT), turn)
    blocks, total = dice.from_left(blocks, turn, own.reshape(-1, member.size), data.problem.r, key)
    means = jax.vmap(lambda part: mean_scores(data, part))(own) * data.problem.n
    return blocks, Model(means, total.reshape(folds, len(rows), -1))


def _predict(
    data: Data, blocks: Any, sums: Model, member: jax.Array, folds: int, turn: Any
) -> tuple[Any, jax.Array]:
    """Every sample's class under the model of the other folds, up to a positive factor."""
    others = Model(*(jnp.sum(part, 0) - part for part in sums))
    key = jax.random.fold_in(jax.random.fold_in(data.key, RIGHT), turn)
    width = others.noise.shape[1]
    flat = others.noise.reshape(folds * width, -1)
    blocks, field = dice.from_right(blocks, turn, flat, data.sample.inside, key)
    field = field.reshape(folds, width, -1)[member, :, jnp.arange(member.size)]
    means = others.means[member, :, data.sample.true]
    scores = (means + data.sigma**2 * field) @ data.basis.T
    return blocks, jnp.argmax(scores, axis=-1).astype(data.sample.given.dtype)
