"""Cross-fitting on drawn data: the same samples as the other schemes of `sim.direct` (R10)."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from relabel_lab.sim.direct.data import draw_data
from relabel_lab.sim.direct.drawing import Layout, eigenvalues
from relabel_lab.sim.direct.quality import margin_parameter, summarised
from relabel_lab.sim.kit import PyTree


def retrain_folds(
    x: jax.Array, given: jax.Array, folds: int, rounds: int = 1
) -> tuple[jax.Array, jax.Array]:
    """Train on given labels, then label every sample by the model of the other folds.

    Sample i is in fold i mod K.  Later rounds train the fold models on the labels of the
    round before.

    Args:
        x: samples [n, d]; rows of zeros with given label 0 do not count.
        given: given labels [n].
        folds: K >= 2.
        rounds: number of retrainings, >= 0.

    Returns:
        Models [rounds + 1, d] and the labels they were trained on [rounds + 1, n].
    """
    member = jnp.arange(x.shape[0]) % folds
    one_hot = jax.nn.one_hot(member, folds, axis=0, dtype=x.dtype)
    present = jnp.abs(given)
    size = (one_hot @ present).astype(jnp.float64)
    n = jnp.sum(size)

    def train(labels: jax.Array) -> jax.Array:
        return ((one_hot * labels) @ x).astype(jnp.float64)

    def step(carry: tuple[jax.Array, jax.Array], _: None) -> PyTree:
        labels, sums = carry
        others = (jnp.sum(sums, 0) - sums) / (n - size)[:, None]
        scores = x @ others.T.astype(x.dtype)
        own = jnp.take_along_axis(scores, member[:, None], 1)[:, 0]
        following = jnp.sign(own) * present
        return (following, train(following)), (labels, jnp.sum(sums, 0) / n)

    _, (labels, models) = lax.scan(step, (given, train(given)), length=rounds + 1)
    return models, labels


class FoldRounds(eqx.Module):
    """One seed: its draws and all rounds; a `RoundSummary` of arrays [rounds + 1]."""

    plan: Layout
    rounds: int = eqx.field(static=True)
    folds: int = eqx.field(static=True)

    def __call__(self, key: jax.Array, operands: PyTree) -> PyTree:
        """Run the seed whose key is ``key``; operands: problem, scheme, share of positives."""
        problem, _, share = operands
        plan = self.plan
        x, given, y = draw_data(plan, problem, key, share)
        models, used = retrain_folds(x, given, self.folds, self.rounds)
        scales = jnp.concatenate([jnp.zeros(1), jnp.sqrt(eigenvalues(problem, plan.d))])
        kappa = margin_parameter(models, problem.gamma, scales)
        return summarised(kappa, used[:, None], y[None], plan.n)
