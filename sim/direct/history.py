"""Rules that look back a round, or at all scores at once, on the samples of `sim.direct`."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from relabel_lab.sim.direct.data import draw_data
from relabel_lab.sim.direct.drawing import Layout, eigenvalues
from relabel_lab.sim.direct.quality import margin_parameter, summarised
from relabel_lab.sim.kit import PyTree
from relabel_lab.sim.schemes import History, Scheme


def retrain_looking_back(
    scheme: Scheme, x: jax.Array, given: jax.Array, rounds: int = 1
) -> tuple[jax.Array, jax.Array]:
    """Train on given labels, then on those of `Scheme.relabel`, for any number of rounds.

    Args:
        scheme: a bound rule.
        x: samples [n, d]; rows of zeros with given label 0 do not count.
        given: given labels [n].
        rounds: number of retrainings, >= 0.

    Returns:
        Models [rounds + 1, d] and the labels they were trained on [rounds + 1, n].
    """
    n = jnp.sum(given != 0)
    first = (given @ x).astype(jnp.float64) / n
    given = given.astype(jnp.float64 if scheme.smooth else x.dtype)

    def train(labels: jax.Array) -> jax.Array:
        change = (labels - given).astype(x.dtype) @ x  # rounded in proportion to itself
        return first + change.astype(jnp.float64) / n

    def step(carry: tuple[jax.Array, History], turn: jax.Array) -> PyTree:
        theta, last = carry
        scores = (x @ theta.astype(x.dtype)).astype(given.dtype)
        new = scheme.relabel(turn, scores, given, last)
        kept = jax.tree.map(lambda leaf: (leaf * jnp.abs(given)).astype(given.dtype), new)
        empty = ~jnp.any(kept.trained != 0)  # keeps the model and the labels behind it
        following = (train(kept.trained), kept)
        now = jax.tree.map(lambda a, b: jnp.where(empty, a, b), (theta, last), following)
        return now, (now[0], kept.trained)

    start = (first, History(given, given))
    _, (models, labels) = lax.scan(step, start, jnp.arange(rounds))
    return jnp.concatenate([first[None], models]), jnp.concatenate([given[None], labels])


class HistoryRounds(eqx.Module):
    """One seed: its draws and all rounds; a `RoundSummary` of arrays [rounds + 1]."""

    plan: Layout
    rounds: int = eqx.field(static=True)

    def __call__(self, key: jax.Array, operands: PyTree) -> PyTree:
        """Run the seed whose key is ``key``; operands: problem, scheme, share of positives."""
        problem, scheme, share = operands
        x, given, y = draw_data(self.plan, problem, key, share)
        models, used = retrain_looking_back(scheme, x, given, self.rounds)
        scales = jnp.concatenate([jnp.zeros(1), jnp.sqrt(eigenvalues(problem, self.plan.d))])
        kappa = margin_parameter(models, problem.gamma, scales)
        return summarised(kappa, used[:, None], y[None], self.plan.n)
