r"""Schemes of K classes on one draw of the data, any number of rounds, exact in law (R19, R22).

A model is \(\Theta = \frac1n\sum_i L_i x_i^\top\), \(L_i\) the contrasts of the label of sample i
(zero where it is left out): a mean part, known exactly, and a block of K - 1 left products of the
noise.  Scores of the samples are K - 1 right products.
"""

from __future__ import annotations

from typing import NamedTuple

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
from relabel_lab.sim.classes.summary import ClassSummary, Sample, stacked, summarised
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

    def told(self, model: Model, labels: Labels) -> ClassSummary:
        """The summary of a model trained on ``labels``."""
        root = self.sigma**2 * model.noise
        return summarised(model.means, root, self.basis, self.along, self.sample, labels)


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
    models = 1 + rounds * len(schemes)
    blocks = dice.empty(samples, models * (classes - 1))
    given = Labels(data.sample.given, data.sample.inside)
    blocks, first = train(data, blocks, given, 0)
    if rounds:
        blocks, scores = score(data, blocks, first, 0)
    every = []
    for number, scheme in enumerate(schemes):
        model, now = first, scores if rounds else None
        found = [data.told(first, given)]
        for turn in range(rounds):
            place = 1 + number * rounds + turn
            new = relabel(scheme, now, data.sample.given, data.sample.inside)
            blocks, following = train(data, blocks, new, place)
            found.append(data.told(following, new))
            # An empty selection keeps the model.
            lost = ~jnp.any(new.used)
            model = jax.tree.map(
                lambda old, late, lost=lost: jnp.where(lost, old, late), model, following
            )
            if turn + 1 < rounds:
                blocks, now = score(data, blocks, model, place)
        every.append(stacked(found))
    return stacked(every)


def label_rows(basis: np.ndarray, labels: Labels) -> jax.Array:
    """Contrasts of the labels, [K - 1, N]; zero for samples left out."""
    return jnp.where(labels.used, jnp.asarray(basis.T)[:, labels.label], 0)


def mean_scores(data: Data, rows: jax.Array) -> jax.Array:
    """Mean scores [K - 1, K] of each class under the average with label rows [K - 1, N]."""
    one_hot = jax.nn.one_hot(data.sample.true, len(data.basis), dtype=jnp.float64)
    table = rows @ one_hot / data.problem.n
    return data.problem.pull * (table - jnp.mean(table, axis=1, keepdims=True))


def train(data: Data, blocks: Blocks, labels: Labels, place: int) -> tuple[Blocks, Model]:
    """The average with these labels."""
    key = jax.random.fold_in(jax.random.fold_in(data.key, LEFT), place)
    rows = label_rows(data.basis, labels)
    blocks, total = dice.from_left(blocks, rows, data.problem.r, key)
    return blocks, Model(mean_scores(data, rows), total / data.problem.n)


def score(data: Data, blocks: Blocks, model: Model, place: int) -> tuple[Blocks, jax.Array]:
    """Scores [N, K] of the samples under a model, but for a common shift."""
    key = jax.random.fold_in(jax.random.fold_in(data.key, RIGHT), place)
    blocks, field = dice.from_right(blocks, model.noise, data.sample.inside, key)
    fields = model.means[:, data.sample.true] + data.sigma**2 * field
    return blocks, (data.basis @ fields).T
