r"""Accuracy of K classes from kappa, with the digits of the error kept (R22)."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.margins import log_tail, panels, tail

REACH = 15.0
EDGES = np.linspace(-REACH, REACH, 21)
SMALL = 1e-9


def log_error(kappa: Any, classes: Any) -> jax.Array:
    r"""\(\log\int\varphi(t)\,(1 - \Phi(t + \sqrt2\kappa)^{K-1})\,dt\), arrays that broadcast.

    ``kappa`` is that of R1 (R22's over the square root of 2).  The integrand is largest near
    \(t = -\kappa/\sqrt2\), where the nodes are centred; logarithms keep what underflows.
    """
    kappa, classes = jnp.broadcast_arrays(jnp.asarray(kappa, jnp.float64), classes)
    gap = math.sqrt(2) * kappa[..., None]
    nodes, weights = panels(jnp.asarray(EDGES))
    t = nodes - jnp.maximum(gap, 0) / 2
    lost = _log_beaten(t + gap, classes[..., None] - 1)
    normal = -0.5 * t**2 - 0.5 * math.log(2 * math.pi)
    return jnp.minimum(jax.nn.logsumexp(normal + lost + jnp.log(weights), axis=-1), 0.0)


def _log_beaten(x: jax.Array, rivals: jax.Array) -> jax.Array:
    r"""\(\log(1 - \Phi(x)^{m})\), m rivals."""
    upper = jnp.where(x > 0, log_tail(jnp.maximum(x, 0)), jnp.log(tail(jnp.minimum(x, 0))))
    share = rivals * jnp.exp(upper)
    low = tail(-x)
    safe = jnp.where(share < SMALL, 0.5, jnp.where(low > 0, low, 1e-300))
    exact = jnp.log(-jnp.expm1(rivals * jnp.where(x > 0, jnp.log1p(-tail(x)), jnp.log(safe))))
    return jnp.where(share < SMALL, jnp.log(1.0 * rivals) + upper, exact)
