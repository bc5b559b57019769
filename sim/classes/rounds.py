r"""Schemes of K classes on one draw of the data, any number of rounds, exact in law (R19, R22).

A model is \(\Theta = \frac1n\sum_i L_i x_i^\top\), \(L_i\) the contrasts of the label of sample i
(zero where it is left out): a mean part, known exactly, and a block of K - 1 left products of the
noise.  Scores of the samples are K - 1 right products.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.classes import blocks as dice
from relabel_lab.sim.classes.blocks import Blocks
from relabel_lab.sim.classes.contrasts import contrasts
from relabel_lab.sim.classes.problem import ClassProblem
from relabel_lab.sim.classes.quality import directions
from relabel_lab.sim.classes.rules import Labels, relabel
from relabel_lab.sim.classes.sample import DIRECTIONS, LEFT, RIGHT, draw_sample
from relabel_lab.sim.classes.summary import ClassSummary, Facts, Sample, by_scheme, facts, graded
from relabel_lab.sim.schemes import Scheme


class Model(NamedTuple):
    """Mean scores of each class [K - 1, K] and noise [K - 1, D], contrasts in front."""

    means: jax.Array
    noise: jax.Array


class Data(NamedTuple):
    """What does not change over the rounds of a seed."""

    key: jax.Array
    problem: ClassProblem
    sample: Sample
    basis: np.ndarray
    along: jax.Array

    @property
    def sigma(self) -> jax.Array:
        """Standard deviation of the noise."""
        return jnp.asarray(self.problem.sigma)

    def told(self, model: Model, labels: Labels) -> Facts:
        """What is known of a model trained on ``labels``."""
        return facts(model.means, self.sigma**2 * model.noise, self.sample, labels)

    def graded(self, models: Facts) -> ClassSummary:
        """Their kappas and errors; leading axes as those of ``models`` [schemes, rounds + 1]."""
        shape = models.right.shape
        flat = jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[len(shape) :]), models)
        found = graded(flat, self.basis, self.along)
        return jax.tree.map(lambda leaf: leaf.reshape(shape), found)


def data_of(key: jax.Array, problem: ClassProblem, classes: int, samples: int) -> Data:
    """The data of a seed, but for their noise."""
    sample = draw_sample(key, problem, classes, samples)
    along = directions(jax.random.fold_in(key, DIRECTIONS), classes)
    return Data(key, problem, sample, contrasts(classes), along)


def seed_outcome(
    key: jax.Array,
    problem: ClassProblem,
    schemes: tuple[Scheme, ...],
    classes: int,
    rounds: int,
    samples: int,
) -> ClassSummary:
    """All schemes on one seed; arrays [schemes, rounds + 1]."""
    data = data_of(key, problem, classes, samples)
    count, width = len(schemes), classes - 1
    lefts, rights = 1 + rounds * count, 1 + (rounds > 1) * rounds * count
    blocks = dice.empty(samples, lefts * width, rights * width)
    given = Labels(data.sample.given, data.sample.inside)
    blocks, model = train(data, blocks, given, 0)
    first = data.told(model, given)
    if not rounds:
        start = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (count, 1, *leaf.shape)), first)
        return data.graded(start)
    blocks, scores = score(data, blocks, model, 0)
    rules = [partial(_rule, data.sample, scheme) for scheme in schemes]

    # One body for all schemes and rounds: a program's size grows with neither.
    def step(carry: Any, slot: jax.Array) -> tuple[Any, Facts]:
        blocks, model, now = carry
        number, turn = slot // rounds, slot % rounds
        model, now = jax.tree.map(
            lambda start, last: jnp.where(turn == 0, start, last), initial, (model, now)
        )
        new = jax.lax.switch(number, rules, now)
        blocks, following = train(data, blocks, new, 1 + slot)
        found = data.told(following, new)
        lost = ~jnp.any(new.used)  # an empty selection keeps the model
        model = jax.tree.map(lambda old, late: jnp.where(lost, old, late), model, following)
        if rounds > 1:
            blocks, now = score(data, blocks, model, 1 + slot)
        return (blocks, model, now), found

    initial = (model, scores)
    _, later = jax.lax.scan(step, (blocks, *initial), jnp.arange(rounds * count))
    return data.graded(by_scheme(first, later, count))


def _rule(sample: Sample, scheme: Scheme, scores: jax.Array) -> Labels:
    return relabel(scheme, scores, sample.given, sample.inside)


def label_rows(basis: np.ndarray, labels: Labels) -> jax.Array:
    """Contrasts of the labels, [K - 1, N]; zero for samples left out."""
    return jnp.where(labels.used, jnp.asarray(basis.T)[:, labels.label], 0)


def mean_scores(data: Data, rows: jax.Array) -> jax.Array:
    """Mean scores [K - 1, K] of each class under the average with label rows [K - 1, N]."""
    one_hot = jax.nn.one_hot(data.sample.true, len(data.basis), dtype=jnp.float64)
    table = rows @ one_hot / data.problem.n
    return data.problem.pull * (table - jnp.mean(table, axis=1, keepdims=True))


def train(data: Data, blocks: Blocks, labels: Labels, place: Any) -> tuple[Blocks, Model]:
    """The average with these labels."""
    key = jax.random.fold_in(jax.random.fold_in(data.key, LEFT), place)
    rows = label_rows(data.basis, labels)
    blocks, total = dice.from_left(blocks, place, rows, data.problem.r, key)
    return blocks, Model(mean_scores(data, rows), total / data.problem.n)


def score(data: Data, blocks: Blocks, model: Model, place: Any) -> tuple[Blocks, jax.Array]:
    """Scores [N, K] of the samples under a model, but for a common shift."""
    key = jax.random.fold_in(jax.random.fold_in(data.key, RIGHT), place)
    blocks, field = dice.from_right(blocks, place, model.noise, data.sample.inside, key)
    fields = model.means[:, data.sample.true] + data.sigma**2 * field
    return blocks, (jnp.asarray(data.basis) @ fields).T
