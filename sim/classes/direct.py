"""Drawn data of K classes: averaging classifier, argmax, retraining (R22)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.classes.contrasts import contrasts
from relabel_lab.sim.classes.problem import ClassProblem
from relabel_lab.sim.classes.quality import directions
from relabel_lab.sim.classes.rules import Labels, relabel
from relabel_lab.sim.classes.sample import DIRECTIONS, NOISE, draw_sample
from relabel_lab.sim.classes.summary import ClassSummary, Facts, by_scheme, facts, graded
from relabel_lab.sim.schemes import CrossFit, Scheme


def drawn(key: jax.Array, problem: ClassProblem, classes: int, n: int, d: int) -> tuple:
    """Data of a seed: samples [n, d], the `Sample` of their classes, means [K, d]."""
    sample = draw_sample(key, problem, classes, n)
    basis = jnp.asarray(contrasts(classes))
    means = jnp.sqrt(jnp.asarray(problem.pull, jnp.float64)) * basis
    means = jnp.concatenate([means, jnp.zeros((classes, d - classes + 1))], axis=1)
    width = d - classes + 1
    noise = jax.random.normal(jax.random.fold_in(key, NOISE), (n, width), jnp.float64)
    noise = jnp.concatenate([jnp.zeros((n, classes - 1)), problem.sigma * noise], axis=1)
    return means[sample.true] + noise, sample, means


def seed_outcome(
    key: jax.Array,
    problem: ClassProblem,
    schemes: tuple[Scheme, ...],
    sizes: tuple[int, int, int, tuple[int, ...]],
    rounds: int,
) -> ClassSummary:
    """All schemes on one seed; arrays [schemes, rounds + 1].

    Args:
        key: the seed's key.
        problem: scalars, perhaps traced.
        schemes: rules.
        sizes: n, d, K, and the folds of every scheme (0 where it has none).
        rounds: number of retrainings.
    """
    n, d, classes, folds = sizes
    x, sample, means = drawn(key, problem, classes, n, d)
    basis = contrasts(classes)
    along = directions(jax.random.fold_in(key, DIRECTIONS), classes)

    def told(model: jax.Array, labels: Labels) -> Facts:
        root = model[:, classes - 1 :] * problem.sigma
        return facts(model @ means.T, root, sample, labels)

    given = Labels(sample.given, sample.inside)
    start = _train(x, basis, given)
    every = []
    for scheme, parts in zip(schemes, folds, strict=True):

        def step(
            carry: Any, _: None, scheme: Scheme = scheme, parts: int = parts
        ) -> tuple[Any, Facts]:
            model, kept = carry
            if isinstance(scheme, CrossFit):
                scores = _fold_scores(x, basis, kept, parts)
            else:
                scores = x @ model.T @ basis.T
            new = relabel(scheme, scores, sample.given, sample.inside)
            following = _train(x, basis, new)
            found = told(following, new)
            lost = ~jnp.any(new.used)  # an empty selection keeps the model
            carry = jax.tree.map(
                lambda old, late: jnp.where(lost, old, late), (model, kept), (following, new)
            )
            return carry, found

        every.append(jax.lax.scan(step, (start, given), length=rounds)[1])
    later = jax.tree.map(lambda *leaves: jnp.concatenate(leaves), *every)
    models = by_scheme(told(start, given), later, len(schemes))
    flat = jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:]), models)
    found = graded(flat, basis, along)
    return jax.tree.map(lambda leaf: leaf.reshape(len(schemes), rounds + 1), found)


def _rows(basis: np.ndarray, labels: Labels) -> jax.Array:
    return jnp.where(labels.used[:, None], jnp.asarray(basis)[labels.label], 0)


def _train(x: jax.Array, basis: np.ndarray, labels: Labels) -> jax.Array:
    """The averaging classifier in contrasts, [K - 1, d]."""
    return _rows(basis, labels).T @ x / len(x)


def _fold_scores(x: jax.Array, basis: np.ndarray, labels: Labels, folds: int) -> jax.Array:
    """Scores [n, K] under the models of the other folds."""
    member = jnp.arange(len(x)) % folds
    rows = _rows(basis, labels)
    others = [jnp.where((member != k)[:, None], rows, 0).T @ x for k in range(folds)]
    scores = [x @ model.T @ basis.T for model in others]
    return jnp.stack(scores)[member, jnp.arange(len(x))]
