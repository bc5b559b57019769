"""Retraining on new samples each round, drawn and never stored (R6)."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from relabel_lab.sim.direct.drawing import Layout, draw_labels, eigenvalues, fold_blocks, streams
from relabel_lab.sim.direct.quality import label_quality, margin_parameter
from relabel_lab.sim.kit import PyTree
from relabel_lab.sim.outcome import RoundSummary


class FreshRounds(eqx.Module):
    """One seed; the first model is that of the other schemes, later rounds draw n new samples."""

    plan: Layout
    rounds: int = eqx.field(static=True)

    def __call__(self, key: jax.Array, operands: PyTree) -> PyTree:
        """A `RoundSummary` of arrays [rounds + 1]; operands as in `HistoryRounds`."""
        problem, _, share = operands
        scales = jnp.concatenate([jnp.zeros(1), jnp.sqrt(eigenvalues(problem, self.plan.d))])

        def model(theta: jax.Array, turn: jax.Array) -> PyTree:
            """Train on the samples of round ``turn``, labelled by ``theta``; first as given."""
            # fold_in 0 and 1 are the streams of the first samples.
            mine = jnp.where(turn == 0, key, jax.random.fold_in(key, turn + 1))
            for_labels, for_features = streams(mine)
            labels = draw_labels(self.plan, problem, for_labels, for_features, share)

            def step(i: jax.Array, x: jax.Array, carry: PyTree) -> PyTree:
                total, used = carry
                predicted = jnp.sign(x @ theta.astype(x.dtype)) * jnp.abs(labels.given[i])
                label = jnp.where(turn == 0, labels.given[i], predicted)
                return total + (label @ x).astype(jnp.float64), used.at[i].set(label)

            start = (jnp.zeros(self.plan.d), jnp.zeros_like(labels.given))
            total, used = fold_blocks(self.plan, problem, for_features, labels, step, start)
            theta = total / self.plan.n
            kappa = margin_parameter(theta, problem.gamma, scales)
            return theta, RoundSummary(
                kappa, *label_quality(used, labels.y, self.plan.n), turn == 0
            )

        _, columns = lax.scan(model, jnp.zeros(self.plan.d), jnp.arange(self.rounds + 1))
        return columns
