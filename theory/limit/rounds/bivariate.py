r"""Integrals over a corner of the plane: what two normal variables ask of a rule with jumps.

With \(\xi, \eta\) independent standard normals the corner is \(\xi < e\),
\(y + \beta\xi + l\eta > 0\).  Its probability is Owen's: two wedges at the origin, each
\(T(h, a) = \frac1{2\pi}\int_0^a e^{-h^2(1+x^2)/2}/(1+x^2)\,dx\).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.margins import density, tail

# On [0, 1] the integrand of T grows like exp(h^2/2) at most on the ellipse of parameter 4, which
# its own factor exp(-h^2/2) pays for: an error of 4^-28 for every h.
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(14)
_SQUARES = ((_POINTS + 1) / 2) ** 2
_SHARES = _WEIGHTS / (4 * math.pi)
_TINY = 1e-300


class Corner(NamedTuple):
    r"""Probability of a corner and the expectations of \(\xi\) and \(\eta\) on it, one shape."""

    mass: jax.Array
    inner: jax.Array
    last: jax.Array


def corner(edge: jax.Array, level: jax.Array, slope: jax.Array, spread: jax.Array) -> Corner:
    r"""The corner \(\xi < e\), \(y + \beta\xi + l\eta > 0\); arrays that broadcast.

    Args:
        edge: e.
        level: y.
        slope: \(\beta\).
        spread: l > 0.
    """
    length = jnp.sqrt(slope**2 + spread**2)
    far = level / length
    at_edge = (level + slope * edge) / spread
    at_far = (edge * length + slope * far) / spread
    ends = jnp.stack(jnp.broadcast_arrays(edge, far, at_edge, at_far))
    beyond = tail(jnp.abs(ends))  # one evaluation of erfc, which costs much code, for all four
    below = jnp.where(ends < 0, beyond, 1 - beyond)
    opposite = ((edge < 0) != (far < 0)) / 2
    wedges = jnp.sum(wedge(ends[:2], ends[2:], beyond[:2], beyond[2:]), axis=0)
    mass = (below[0] + below[1]) / 2 - wedges - opposite
    height = density(ends[:2])
    along = height[1] * below[3] / length
    return Corner(mass, slope * along - height[0] * below[2], spread * along)


def half_plane(level: jax.Array, slope: jax.Array, spread: jax.Array) -> Corner:
    r"""The corner with e infinite: \(y + \beta\xi + l\eta > 0\) alone."""
    length = jnp.sqrt(slope**2 + spread**2)
    far = level / length
    along = density(far) / length
    return Corner(tail(-far), slope * along, spread * along)


def wedge(h: jax.Array, g: jax.Array, first: jax.Array, second: jax.Array) -> jax.Array:
    r"""Owen's \(T(h, g/h)\) to 1e-16 absolute; zero counts as positive.

    Args:
        h: any value.
        g: any value, of the same shape.
        first: Q(abs(h)).
        second: Q(abs(g)).
    """
    size, across = jnp.abs(h), jnp.abs(g)
    long, short = jnp.maximum(size, across), jnp.minimum(size, across)
    narrow = _narrow(long, short / jnp.maximum(long, _TINY))
    wide = (first + second) / 2 - first * second - narrow
    turned = (h < 0) != (g < 0)
    return jnp.where(turned, -1.0, 1.0) * jnp.where(across > size, wide, narrow)


def _narrow(h: jax.Array, a: jax.Array) -> jax.Array:
    """T(h, a) for 0 <= a <= 1; a loop, because unrolled terms take seconds to compile."""
    square, half = a * a, -0.5 * h * h
    squares, shares = jnp.asarray(_SQUARES), jnp.asarray(_SHARES)

    def term(i: jax.Array, total: jax.Array) -> jax.Array:
        grown = 1.0 + squares[i] * square
        return total + shares[i] * jnp.exp(half * grown) / grown

    return a * jax.lax.fori_loop(0, len(_SHARES), term, jnp.zeros_like(square))
