r"""The retrained kappa as a function of four averages, with its derivatives (R3, R20).

With x = (M, N, E, X), X the free \(\chi^2_{r-1}/n\), the classifier \(\hat\theta_1 + \beta\hat\theta_0\)
has \(a = a_0(1 + \beta) - 2M\) and \(\|v\|^2 = Q(x) = u^2 + 4N(1 - N)X\),
\(u = (1 - 2N + \beta)R - 2E\).  Derivatives are written out: they are a few lines, and the
compiled program is many times smaller than with nested automatic differentiation.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Scalar
from relabel_lab.theory.fluctuations.conditioning import Node

SLOPE = jnp.array([-2.0, 0.0, 0.0, 0.0])  # gradient of a


class Jet(NamedTuple):
    """Value, gradient [4], Hessian H [4, 4] and gradient of tr(H C)/2 [4] at a point."""

    value: jax.Array
    gradient: jax.Array
    curvature: jax.Array
    drift: jax.Array


def advantage(node: Node, mix: Scalar, x: jax.Array, level: Scalar, covariance: jax.Array) -> Jet:
    r"""\(a - \ell\|v\|\), which is > 0 iff kappa > \(\rho\ell\)."""
    norm = _power(node, mix, x, 0.5, covariance)
    return less(node.a0 * (1 + mix) - 2 * x[0], SLOPE, level, norm)


def less(a: jax.Array, slope: jax.Array, level: Scalar, h: Jet) -> Jet:
    """Jet of a linear function, of value ``a`` and gradient ``slope``, less ``level`` times another."""
    return Jet(
        a - level * h.value, slope - level * h.gradient, -level * h.curvature, -level * h.drift
    )


def kappa(node: Node, mix: Scalar, x: jax.Array, rho: Scalar, covariance: jax.Array) -> Jet:
    r"""\(\rho a/\|v\|\)."""
    a = node.a0 * (1 + mix) - 2 * x[0]
    jet = times(a, SLOPE, _power(node, mix, x, -0.5, covariance), covariance)
    return Jet(*(rho * part for part in jet))


def times(a: jax.Array, slope: jax.Array, h: Jet, covariance: jax.Array) -> Jet:
    """Jet of a linear function, of value ``a`` and gradient ``slope``, times another."""
    cross = jnp.outer(slope, h.gradient)
    lift = jnp.sum(h.curvature * covariance) / 2
    drift = a * h.drift + slope * lift + h.curvature @ covariance @ slope
    return Jet(
        a * h.value, a * h.gradient + slope * h.value, a * h.curvature + cross + cross.T, drift
    )


def reciprocal(h: Jet, covariance: jax.Array) -> Jet:
    """Jet of 1 / h."""
    value, slope, bend = h.value, h.gradient, h.curvature
    reach = covariance @ slope
    drift = -h.drift / value**2 + (jnp.sum(bend * covariance) * slope + 2 * bend @ reach) / value**3
    return Jet(
        1 / value,
        -slope / value**2,
        -bend / value**2 + 2 * jnp.outer(slope, slope) / value**3,
        drift - 3 * (slope @ reach) * slope / value**4,
    )


def _power(node: Node, mix: Scalar, x: jax.Array, s: float, covariance: jax.Array) -> Jet:
    """Q^s; the drift contracts its third derivative with the covariance."""
    _, share, noise, rest = x
    u = (1 - 2 * share + mix) * node.radius - 2 * noise
    v = jnp.maximum(4 * share * (1 - share), 0.0)  # an expansion may leave [0, 1]
    turn = 4 - 8 * share
    zero = jnp.zeros_like(u)
    along = jnp.stack([zero, -2 * node.radius, zero - 2, zero])
    q = u**2 + v * rest
    first = 2 * u * along + jnp.stack([zero, turn * rest, zero, v])
    second = 2 * jnp.outer(along, along)
    second = second.at[1, 1].add(-8 * rest).at[1, 3].add(turn).at[3, 1].add(turn)
    c11, c13 = covariance[1, 1], covariance[1, 3]
    third = jnp.stack([zero, -16 * c13, zero, -8 * c11])  # Q''' contracted with the covariance

    reach = covariance @ first
    p1, p2, p3 = s * q ** (s - 1), s * (s - 1) * q ** (s - 2), s * (s - 1) * (s - 2) * q ** (s - 3)
    drift = p1 * third + p2 * (first * jnp.sum(second * covariance) + 2 * second @ reach)
    drift += p3 * (first @ reach) * first
    return Jet(q**s, p1 * first, p1 * second + p2 * jnp.outer(first, first), drift / 2)
