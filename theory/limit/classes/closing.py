r"""The noise of a round's last field integrated: which class wins, at every node of the others."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from relabel_lab.sim.margins import density, tail

BELOW, ABOVE, NODES = 5.5, 6.5, 28  # equal steps: the error falls like exp(-2 (pi width/step)^2)
STEP = (BELOW + ABOVE) / (NODES - 1)
TINY = 1e-300


def closed(means: jax.Array, lead: jax.Array) -> tuple[jax.Array, jax.Array]:
    r"""\(P(S_j\text{ leads by } t)\) and \(E[g_j; S_j\text{ leads by } t]\), \(S = \text{means} + g\).

    One integral over the winning score for all classes at once; 1e-7 absolute.

    Args:
        means: [K, M].
        lead: t >= 0, a scalar.

    Returns:
        Two arrays [K, M].
    """
    start = jnp.max(means, axis=0) - BELOW

    def node(i: jax.Array, sums: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        own = start + i * STEP - means
        behind = jnp.maximum(tail(lead - own), TINY)
        weight = STEP * density(own) * (jnp.prod(behind, axis=0) / behind)
        return sums[0] + weight, sums[1] + own * weight

    zero = jnp.zeros_like(means)
    return jax.lax.fori_loop(0, NODES, node, (zero, zero))
