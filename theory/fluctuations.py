r"""Fluctuations at finite n and d (R20): the joint law of (kappa0, kappa1, ...), P(improves).

Conditioned on \(a_0\) and \(R\), which have known laws, the retrained classifier is a smooth
function of three averages over the changed labels and one chi-square; see `paper_notes.md`.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp

from sim.problem import Problem
from theory.fluctuations_changes import Changes
from theory.fluctuations_delta import propagate
from theory.fluctuations_outer import Node, advantage, classifier, grid, samples

NODES = 48


class Fluctuations(eqx.Module):
    """Law of kappa over draws of the data, initial model first, then one per scheme.

    Attributes:
        mean: [1 + schemes], to second order.
        covariance: [1 + schemes, 1 + schemes], of the joint Gaussian law.
        improves: P(kappa of the scheme > kappa0), [schemes].
        unchanged: P(no label changes), when full retraining returns the initial model.
        changes: expected number of changed labels.
    """

    mean: jax.Array
    covariance: jax.Array
    improves: jax.Array
    unchanged: jax.Array
    changes: jax.Array


@eqx.filter_jit
def regular(problem: Problem, mixes: jax.Array, size: int = NODES) -> Fluctuations:
    """R20 where many labels change: an Edgeworth term at every (a0, R)."""
    nodes = grid(problem, size)
    n, free = jnp.asarray(problem.n, jnp.float64), jnp.asarray(problem.r - 1.0)
    rho = jnp.asarray(problem.rho)

    def at(node: Node) -> tuple[jax.Array, ...]:
        kappa0 = rho * node.a0 / node.radius
        law = samples(problem, node.flip, node.eta, kappa0, node.radius)
        changes = Changes.at(law, node.a0, kappa0, node.radius, n)
        three = changes.averages(changes.polynomials())
        mean = jnp.append(three.mean, free / n)
        covariance = jnp.pad(three.covariance, ((0, 1), (0, 1))).at[3, 3].set(2 * free / n**2)

        def third(g: jax.Array) -> jax.Array:
            return changes.third_cumulant(g[:3]) + 8 * free / n**3 * g[3] ** 3

        def kappa(mix: jax.Array, x: jax.Array) -> jax.Array:
            a, norm = classifier(node, mix, x)
            return rho * a / norm

        gains = jax.vmap(
            lambda mix: propagate(lambda x: advantage(node, mix, x), mean, covariance, third)
        )(mixes)
        slopes = jax.vmap(lambda mix: jax.grad(lambda x: kappa(mix, x))(mean))(mixes)
        bends = jax.vmap(lambda mix: jax.hessian(lambda x: kappa(mix, x))(mean))(mixes)
        means = jax.vmap(lambda mix: kappa(mix, mean))(mixes)
        bends = bends @ covariance
        means += jnp.trace(bends, axis1=1, axis2=2) / 2
        inner = slopes @ covariance @ slopes.T
        inner += jnp.einsum("aij,bji->ab", bends, bends) / 2
        values = jnp.append(kappa0, means)
        return values, jnp.pad(inner, ((1, 0), (1, 0))), gains.positive(), three.mean[1]

    flat = jax.tree.map(jnp.ravel, nodes)
    values, inner, improves, share = jax.lax.map(at, flat, batch_size=size)
    weight = flat.weight
    mean = weight @ values
    apart = values - mean
    covariance = jnp.tensordot(weight, inner, 1) + jnp.einsum("k,ki,kj->ij", weight, apart, apart)
    unchanged = weight @ jnp.exp(n * jnp.log1p(-jnp.clip(share, 0.0, 1.0)))
    return Fluctuations(mean, covariance, weight @ improves, unchanged, n * (weight @ share))
