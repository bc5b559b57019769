r"""Predicted labels of training samples in the limit, with K classes (R22).

A training sample's scores over s are \(g_\text{share}\kappa_0 e_y + B e_{given} + g\); a sample
that the model has not seen (R10) has no memory, B = 0, and \(g_\text{share}^2 = (F-1)/F\).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.theory.limit.classes.setting import Setting
from relabel_lab.theory.limit.classes.winners import Winner, leads


class Predicted(NamedTuple):
    """Winners by what they agree with; the probabilities add to P(lead >= t)."""

    both: Winner
    true_only: Winner
    given_only: Winner
    neither: Winner


def predicted(at: Setting, pull: Any, memory: Any, by: Any) -> Predicted:
    """The four cells, for predictions whose lead over the runner-up is at least ``by``."""
    one, rest = jnp.ones_like(at.classes), at.classes - 1
    fewer = at.classes - 2
    last = jnp.maximum(at.classes - 3, 0)
    right, wrong = at.keep, 1 - at.keep
    beside = leads(by, (-(pull + memory), one), (0.0 * one, fewer)).times(right * rest)
    apart = leads(by, (-pull, one), (-memory, one), (0.0 * one, last)).times(wrong * fewer)
    return Predicted(
        both=leads(by, (pull + memory, rest)).times(right),
        true_only=leads(by, (pull - memory, one), (pull, fewer)).times(wrong),
        given_only=leads(by, (memory - pull, one), (memory, fewer)).times(wrong),
        neither=Winner(*(x + y for x, y in zip(beside, apart, strict=True))),
    )


def lead_of(at: Setting, share: Any, rounds: int = 60) -> jax.Array:
    """The lead, over s, that the given share of the training samples reaches; by bisection."""

    def kept(by: jax.Array) -> jax.Array:
        cells = predicted(at, at.kappa, at.memory, by)
        return jnp.sum(jnp.stack([cell.probability for cell in cells]), axis=0)

    def halve(_: int, ends: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        middle = (ends[0] + ends[1]) / 2
        more = kept(middle) > share
        return jnp.where(more, middle, ends[0]), jnp.where(more, ends[1], middle)

    top = at.kappa + at.memory + 20.0
    low, high = jax.lax.fori_loop(0, rounds, halve, (jnp.zeros_like(top), top))
    return jnp.where(jnp.asarray(share) >= 1, 0.0, (low + high) / 2)
