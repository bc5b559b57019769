"""One seed's data in memory, inside a compiled program."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from relabel_lab.sim.direct.drawing import Layout, draw_labels, fold_blocks, streams
from relabel_lab.sim.problem import Problem


def draw_data(
    plan: Layout, problem: Problem, key: jax.Array, positive: jax.Array
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Samples [rows, d], given and true labels [rows] as `sim.direct` draws them.

    Rows beyond n are zero and have label zero.
    """
    for_labels, for_features = streams(key)
    labels = draw_labels(plan, problem, for_labels, for_features, positive)
    empty = jnp.zeros((plan.blocks, plan.height, plan.d), plan.dtype)

    def store(i: jax.Array, block: jax.Array, kept: jax.Array) -> jax.Array:
        return kept.at[i].set(block)

    x = fold_blocks(plan, problem, for_features, labels, store, empty)
    return x.reshape(-1, plan.d), labels.given.reshape(-1), labels.y.reshape(-1)
