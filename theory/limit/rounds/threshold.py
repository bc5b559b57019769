"""The threshold at which a falling share takes a given value: bracketed, a fixed number of steps."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

STEPS = 28  # half of them bisections, the others secants that the bracket guards


def solved(kept: Callable[[jax.Array], jax.Array], share: jax.Array, high: jax.Array) -> jax.Array:
    """The t in [0, high] with ``kept``(t) = ``share``, 0 for a share of 1; scalars.

    Args:
        kept: falls from 1 at 0 to 0.
        share: in (0, 1].
        high: where ``kept`` is below the share.
    """

    def step(number: jax.Array, state: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
        low, above, high, below = state
        secant = (low * below - high * above) / (below - above)
        middle = jnp.where((number % 2 == 0) & (above > below), secant, (low + high) / 2)
        middle = jnp.clip(jnp.where(jnp.isfinite(middle), middle, (low + high) / 2), low, high)
        value = kept(middle) - share
        over = value > 0
        return (
            jnp.where(over, middle, low),
            jnp.where(over, value, above),
            jnp.where(over, high, middle),
            jnp.where(over, below, value),
        )

    share = jnp.asarray(share, jnp.float64)
    ends = (jnp.zeros(()), 1 - share, jnp.asarray(high, jnp.float64), -share)
    low, above, high, below = jax.lax.fori_loop(0, STEPS, step, ends)
    nearer = jnp.where(above < -below, low, high)
    return jnp.where(share >= 1, 0.0, nearer)
