"""Samples of the limit as weighted nodes: class, margin, given label and standard normals."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import ndtri

from relabel_lab.sim import Problem
from relabel_lab.sim.margins import density, merged, panels

EDGES = np.array([-8.4, -2.8, 2.8, 8.4])
ASKEW = np.array([-8.4, -1.4, 4.2, 8.4])
"""Edges of panels of 16 nodes, beside those where a label turns; two rules tell the error."""
LOG_POINTS, REPLICATES, _SEED = 13, 8, 26


class Nodes(NamedTuple):
    """Weighted samples, arrays [N]; ``normals`` [dimensions, N]; ``weight`` sums to 1."""

    weight: jax.Array
    y: jax.Array
    margin: jax.Array
    given: jax.Array
    normals: jax.Array

    def mean(self, values: jax.Array) -> jax.Array:
        """Expectation over the last axis."""
        return values @ self.weight


def labelled(problem: Problem, positive: jax.Array) -> Nodes:
    """Every (class, flipped or not, margin), without normals."""
    m, w = problem.law.nodes(jnp.zeros(()), jnp.zeros(()))
    m, w = m[w > 0], w[w > 0]  # panels without width
    y = jnp.repeat(jnp.array([1.0, -1.0]), 2)[:, None]
    right = jnp.tile(jnp.array([1.0, -1.0]), 2)[:, None]
    chances = [problem.exact_noise.flip_given_class(m, jnp.asarray(each)) for each in (1.0, -1.0)]
    flip = jnp.repeat(jnp.stack([jnp.broadcast_to(each, m.shape) for each in chances]), 2, axis=0)
    share = jnp.where(y > 0, positive, 1 - positive)
    chance = share * jnp.where(right > 0, 1 - flip, flip) * w
    shape = chance.shape
    flat = [jnp.broadcast_to(each, shape).reshape(-1) for each in (chance, y, m, y * right)]
    weight, classes, margin, given = flat
    return Nodes(weight, classes, margin, given, jnp.zeros((0, chance.size)))


def with_normal(nodes: Nodes, edges: np.ndarray, breaks: jax.Array) -> Nodes:
    """One more standard normal by panels, with edges also at ``breaks`` [N, B]."""
    eps, weight = panels(merged(edges, breaks))
    spread = lambda each: jnp.repeat(each, eps.shape[-1], axis=-1)  # noqa: E731
    chance = (nodes.weight[:, None] * weight * density(eps)).reshape(-1)
    normals = jnp.concatenate([spread(nodes.normals), eps.reshape(1, -1)])
    return Nodes(chance, spread(nodes.y), spread(nodes.margin), spread(nodes.given), normals)


def sobol(problem: Problem, positive: jax.Array, dimensions: int, replicate: int) -> Nodes:
    """Scrambled Sobol points for margin and ``dimensions`` normals, each with every label.

    The two classes mirror each other, so that what symmetry makes 0, an intercept, is 0.
    """
    from scipy.stats import qmc  # half a second to import, which one round need not wait for

    generator = np.random.default_rng([_SEED, replicate])
    points = qmc.Sobol(dimensions + 1, seed=generator).random_base2(LOG_POINTS).T
    inside = np.clip(points, 2.0**-54, 1 - 2.0**-54)
    normals = jnp.asarray(ndtri(inside))
    law, noise = problem.law, problem.exact_noise
    m = law.push(normals[0] if law.source == "normal" else jnp.asarray(inside[0]))
    kinds = [(y, right) for y in (1.0, -1.0) for right in (1.0, -1.0)]
    chances = []
    for y, right in kinds:
        flip = jnp.broadcast_to(noise.flip_given_class(m, jnp.asarray(y)), m.shape)
        share = positive if y > 0 else 1 - positive
        chances.append(share * (1 - flip if right > 0 else flip) / m.size)
    classes, agree = (jnp.repeat(jnp.array(each), m.size) for each in zip(*kinds, strict=True))
    mirrored = classes * jnp.tile(normals[1:], 4)
    return Nodes(jnp.concatenate(chances), classes, jnp.tile(m, 4), classes * agree, mirrored)
