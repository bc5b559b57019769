r"""Gauss-Legendre panels whose widths follow the narrowest feature of an integrand.

A feature is a place where a normal density or tail turns: a centre, the reach within which it
turns, and the width of a panel that resolves it there.  Panels share out the integral of the
density of panels that all features ask for, so that none is starved by broad ones.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import Numbers, Scalar

ORDER = 12
REACH = 7.5  # standard deviations: Q(7.5) = 3e-14
STEP = 3.0  # standard deviations a panel: an error of 1e-13 for a normal density
_TINY = 1e-290

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(ORDER)


class Panels(NamedTuple):
    """How many panels: room for ``most``, of which ``used`` are not empty."""

    most: int
    used: Scalar


class Features(NamedTuple):
    """Centres, reaches and panel widths, arrays [N, F]."""

    centre: jax.Array
    reach: jax.Array
    step: jax.Array


def normal_features(value: jax.Array, slope: jax.Array, spread: jax.Array) -> Features:
    """Where ``value`` + ``slope`` u turns against normal noise of that spread, in u; [N, F]."""
    steep = jnp.where(jnp.abs(slope) < _TINY, _TINY, slope)
    width = spread / jnp.abs(steep)
    return Features(*jnp.broadcast_arrays(-value / steep, REACH * width, STEP * width))


def joined(*parts: Features) -> Features:
    """All features of all parts, along the last axis."""
    wide = jnp.broadcast_shapes(*(part.centre.shape[:-1] for part in parts))
    spread = [[jnp.broadcast_to(x, (*wide, x.shape[-1])) for x in part] for part in parts]
    return Features(*(jnp.concatenate(column, axis=-1) for column in zip(*spread, strict=True)))


def edges(low: float, high: float, base: float, features: Features, room: Panels) -> jax.Array:
    """Edges [N, room.most + 1] of panels on (low, high) that share out the density asked for.

    Args:
        low: lower end.
        high: upper end.
        base: largest width of a panel.
        features: what narrows them.
        room: number of panels.
    """
    centre, reach, step = features
    outer = jnp.broadcast_to(jnp.array([low, high]), (*centre.shape[:-1], 2))
    points = jnp.concatenate([outer, centre - reach, centre + reach], axis=-1)
    points = jnp.sort(jnp.clip(points, low, high), axis=-1)
    middle, size = (points[..., 1:] + points[..., :-1]) / 2, jnp.diff(points, axis=-1)
    within = jnp.abs(middle[..., :, None] - centre[..., None, :]) <= reach[..., None, :]
    asked = jnp.max(jnp.where(within, 1 / step[..., None, :], 0), axis=-1, initial=1 / base)
    mass = asked * size
    before = jnp.cumsum(mass, axis=-1) - mass
    wanted = jnp.sum(mass, axis=-1, keepdims=True) * jnp.minimum(
        np.arange(room.most + 1) / room.used, 1
    )
    share = (wanted[..., :, None] - before[..., None, :]) / jnp.maximum(mass, _TINY)[..., None, :]
    return low + jnp.sum(size[..., None, :] * jnp.clip(share, 0, 1), axis=-1)


def nodes(edges: jax.Array, jumps: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Nodes and weights [N, Q] of panels cut at ``jumps`` [N, E] as well."""
    inside = jnp.clip(jumps, edges[..., :1], edges[..., -1:])
    ends = jnp.sort(jnp.concatenate([edges, inside], axis=-1), axis=-1)
    left, half = ends[..., :-1, None], jnp.diff(ends, axis=-1)[..., None] / 2
    flat = (*ends.shape[:-1], -1)
    return ((left + half) + half * _POINTS).reshape(flat), (half * _WEIGHTS).reshape(flat)


def flattened(*arrays: Numbers) -> tuple[jax.Array, ...]:
    """Arrays of one shape [N, Q], each as [N Q]."""
    return tuple(x.reshape(-1) for x in jnp.broadcast_arrays(*arrays))
