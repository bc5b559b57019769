"""Gauss-Legendre panels between given edges: quadrature that follows where an integrand turns."""

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import Numbers

ORDER = 16
_GAUSS_NODES, _GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(ORDER)

# Phi(x) and phi(x) turn within abs(x) < 9 (Phi(-9) = 1e-19); a panel of width 4.5 resolves them.
TURNING = np.array([-9.0, -4.5, 0.0, 4.5, 9.0])


def panels(edges: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Nodes and weights [..., (E - 1) * ORDER] of Gauss-Legendre panels between edges [..., E].

    Edges may coincide (empty panels).  They are constants to differentiation: a converged
    quadrature does not change when its panels move.
    """
    edges = jax.lax.stop_gradient(edges)
    left, right = edges[..., :-1, None], edges[..., 1:, None]
    half = (right - left) / 2
    nodes = (left + half) + half * _GAUSS_NODES
    weights = half * _GAUSS_WEIGHTS
    flat = (*edges.shape[:-1], -1)
    return nodes.reshape(flat), weights.reshape(flat)


def turning_points(slope: Numbers, offsets: tuple[Numbers, ...]) -> jax.Array:
    """Points m >= 0, shape [..., 5 len(offsets)], where slope*m - abs(offset) is in `TURNING`."""
    steepness = jnp.maximum(jnp.abs(jnp.asarray(slope, jnp.float64)), 1e-290)
    centres = jnp.broadcast_arrays(*(jnp.abs(jnp.asarray(x, jnp.float64)) for x in offsets))
    points = [(TURNING + centre[..., None]) / steepness[..., None] for centre in centres]
    return jnp.concatenate(points, axis=-1)


def merged(fixed: Numbers, extra: jax.Array) -> jax.Array:
    """Fixed edges [F] and extra edges [..., E], the latter clipped to the former, sorted."""
    fixed = np.asarray(fixed, dtype=np.float64)
    inside = jnp.clip(extra, fixed[0], fixed[-1])
    outer = jnp.broadcast_to(fixed, (*extra.shape[:-1], fixed.size))
    return jnp.sort(jnp.concatenate([outer, inside], axis=-1), axis=-1)
