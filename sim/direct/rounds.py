"""Averaging classifiers on drawn data: scores, labels and the next sum in one visit of a block."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from relabel_lab.sim.direct.drawing import (
    Labels,
    Layout,
    draw_labels,
    eigenvalues,
    fold_blocks,
    streams,
)
from relabel_lab.sim.direct.quality import margin_parameter, summarised
from relabel_lab.sim.kit import DTypeLike, PyTree, whole
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import Scheme


class AveragingRounds(eqx.Module):
    """One seed: its draws, all rounds of all schemes, what is reported of them."""

    plan: Layout
    rounds: int = eqx.field(static=True)

    def __call__(self, key: jax.Array, operands: PyTree) -> PyTree:
        """A `RoundSummary` a scheme; operands: problem, schemes, share of positive labels."""
        problem, schemes, share = operands
        for_labels, for_features = streams(key)
        labels = draw_labels(self.plan, problem, for_labels, for_features, share)
        x, total = _draw(self.plan, problem, for_features, labels)
        scales = jnp.concatenate([jnp.zeros(1), jnp.sqrt(eigenvalues(problem, self.plan.d))])
        n = self.plan.n
        theta, used = _rounds(schemes, x, labels.given, n, total / n, self.rounds)
        kappa = lax.map(  # one model at a time: digits do not depend on how many there are
            lambda model: margin_parameter(model, problem.gamma, scales),
            theta.reshape(-1, *scales.shape),
        ).reshape(theta.shape[:-1])
        every = summarised(kappa, used, labels.y, n)
        return tuple(jax.tree.map(lambda leaf, s=s: leaf[:, s], every) for s in range(len(schemes)))


def _draw(plan: Layout, problem: Problem, key: jax.Array, labels: Labels) -> PyTree:
    """Samples [blocks, height, d] and the first model's sum of given * x, while in cache."""

    def step(i: jax.Array, x: jax.Array, carry: PyTree) -> PyTree:
        store, total = carry
        total = total + (labels.given[i] @ x).astype(jnp.float64)
        return lax.dynamic_update_index_in_dim(store, x, i, 0), total

    empty = lax.empty((plan.blocks, plan.height, plan.d), plan.dtype)
    return fold_blocks(plan, problem, key, labels, step, (empty, jnp.zeros(plan.d)))


def retrain(
    scheme: Scheme, x: jax.Array, given: jax.Array, rounds: int = 1
) -> tuple[jax.Array, jax.Array]:
    """Train on given labels, relabel and retrain data at hand.

    Args:
        scheme: label rule.
        x: samples [n, d].
        given: given labels [n]; true labels are never asked for.
        rounds: number of retrainings, >= 0.

    Returns:
        The averaging classifiers [rounds + 1, d] and the labels each was trained on,
        [rounds + 1, n].
    """
    whole("rounds", rounds, 0)
    n, given = x.shape[0], given.astype(x.dtype)
    first = (given @ x).astype(jnp.float64) / n
    theta, labels = _rounds((scheme,), x[None], given[None], n, first, rounds)
    return theta[:, 0], labels[:, 0, 0]


def _rounds(
    schemes: tuple[Scheme, ...],
    x: jax.Array,
    given: jax.Array,
    n: int,
    theta: jax.Array,
    rounds: int,
) -> tuple[jax.Array, jax.Array]:
    """Models [rounds + 1, schemes, d] from the first one [d], and the labels behind each."""
    count = len(schemes)
    first = jnp.broadcast_to(theta, (count, *theta.shape))
    precise = jnp.float64 if any(scheme.smooth for scheme in schemes) else given.dtype
    labels = jnp.broadcast_to(given.astype(precise), (count, *given.shape))

    def step(thetas: jax.Array, _: None) -> PyTree:
        change, used = _relabel(schemes, x, given, thetas, precise)
        # An empty selection keeps the model.
        empty = ~jnp.any(used != 0, axis=(1, 2))[:, None]
        following = jnp.where(empty, thetas, first + change / n)
        return following, (following, used)

    _, (models, trained_on) = lax.scan(step, first, length=rounds)
    return jnp.concatenate([first[None], models]), jnp.concatenate([labels[None], trained_on])


def _relabel(
    schemes: tuple[Scheme, ...],
    x: jax.Array,
    given: jax.Array,
    thetas: jax.Array,
    precise: DTypeLike,
) -> tuple[jax.Array, jax.Array]:
    """What new labels change of n times the first model [schemes, d], and the labels, in one pass.

    Takes samples [blocks, height, d], given labels [blocks, height] and models [schemes, d];
    true labels are not known here.  Only the change of a label meets samples in their own
    precision: where labels hardly change, a model hardly does, whatever the rounding.
    """
    weights = thetas.astype(x.dtype)

    def step(sums: jax.Array, block: PyTree) -> PyTree:
        samples, noisy = block
        new = [s.precise(samples @ w, noisy) for s, w in zip(schemes, weights, strict=True)]
        new = [label.astype(precise) for label in new]
        more = jnp.stack([(label - noisy).astype(x.dtype) @ samples for label in new])
        return sums + more.astype(jnp.float64), jnp.stack(new)

    sums, labels = lax.scan(step, jnp.zeros_like(thetas), (x, given))
    return sums, jnp.moveaxis(labels, 1, 0)
