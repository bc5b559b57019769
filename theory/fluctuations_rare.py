"""R20 where few labels change: condition on how many do.

The numbers of changed labels among the correct and among the flipped ones are nearly Poisson
(binomial, with the mean and variance that the constraints leave); with none changed, retraining
returns the initial model and does not improve.  Given the numbers, what is left are sums of
that many independent marks (s m, noise) and the chi-square: smooth, so one Edgeworth term.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.scipy.special import gammaln, xlogy

from sim.problem import Problem
from theory.fluctuations_changes import Changes, multiply
from theory.fluctuations_delta import propagate
from theory.fluctuations_outer import Node, advantage, grid, samples

NODES = 20
COUNTS = 64
LIMIT = 16.0  # expected number of changed labels up to which the counts fit the table


class Marks(NamedTuple):
    """Cumulants of one mark (s m, noise) of a changed label: [2], [2, 2], [2, 2, 2]."""

    mean: jax.Array
    covariance: jax.Array
    third: jax.Array


def improves(problem: Problem, mixes: jax.Array) -> jax.Array:
    """P(kappa of theta1 + mix * theta0 > kappa0), [mixes], for a problem of array leaves."""
    return _improves(problem, mixes, NODES, COUNTS)


@eqx.filter_jit
def _improves(problem: Problem, mixes: jax.Array, size: int, counts: int) -> jax.Array:
    nodes = jax.tree.map(jnp.ravel, grid(problem, size))
    chances = jax.lax.map(lambda node: _at(problem, node, mixes, counts), nodes)
    return nodes.weight @ chances


def _at(problem: Problem, node: Node, mixes: jax.Array, counts: int) -> jax.Array:
    n = jnp.asarray(problem.n, jnp.float64)
    kappa0 = problem.rho * node.a0 / node.radius
    law = samples(problem, node.flip, node.eta, kappa0, node.radius)
    changes = Changes.at(law, node.a0, kappa0, node.radius, n)
    groups = jnp.stack([law.sign > 0, law.sign < 0]).astype(jnp.float64)
    share = changes.averages(groups[:, None, :])
    mean, variance = n * share.mean, n**2 * jnp.diag(share.covariance)
    number, chance = jax.vmap(lambda a, b: _counts(a, b, counts))(mean, variance)
    marks = jax.vmap(lambda group: _marks(changes, group))(groups)

    def given(kept: Any, flipped: Any) -> jax.Array:
        k = jnp.stack([kept, flipped])
        return _given(problem, node, marks, k, mixes)

    table = jax.vmap(lambda a: jax.vmap(lambda b: given(a, b))(number[1]))(number[0])
    return jnp.einsum("i,j,ijk->k", chance[0], chance[1], table)


def _given(problem: Problem, node: Node, marks: Marks, k: jax.Array, mixes: jax.Array) -> jax.Array:
    """P(improves) [mixes] when k = (kept labels changed, flipped labels changed)."""
    n, free = problem.n, problem.r - 1.0
    share = jnp.sum(k) / n
    mean = jnp.append(k @ marks.mean / n, free / n)
    covariance = jnp.tensordot(k, marks.covariance, 1) / n**2
    covariance = jnp.pad(covariance, ((0, 1), (0, 1))).at[2, 2].set(2 * free / n**2)
    cubic = jnp.tensordot(k, marks.third, 1) / n**3

    def third(g: jax.Array) -> jax.Array:
        return jnp.einsum("abc,a,b,c", cubic, g[:2], g[:2], g[:2]) + 8 * free / n**3 * g[2] ** 3

    def chance(mix: jax.Array) -> jax.Array:
        def gain(x: jax.Array) -> jax.Array:
            return advantage(node, mix, jnp.stack([x[0], share, x[1], x[2]]))

        return propagate(gain, mean, covariance, third).positive_gamma()

    return jnp.where(jnp.sum(k) > 0, jax.vmap(chance)(mixes), 0.0)


def _marks(changes: Changes, group: jax.Array) -> Marks:
    """Cumulants of (s m, noise) given that a label of the group [S] is changed."""
    zero = jnp.zeros_like(group)
    total = changes.expect(group[None])
    scale = group / jnp.where(total > 0, total, 1.0)
    mean = changes.expect(scale * changes.polynomials()[jnp.array([0, 2])])
    place = jnp.stack([changes.samples.projection - mean[0], -mean[1] + zero])
    slope = jnp.stack([zero, 1 + zero])
    centred = jnp.stack([place, slope], 1)
    two = jax.vmap(lambda a: jax.vmap(lambda b: multiply(a, b))(centred))(centred)
    three = jax.vmap(jax.vmap(lambda a: jax.vmap(lambda b: multiply(a, b))(centred)))(two)
    return Marks(mean, changes.expect(scale * two), changes.expect(scale * three))


def _counts(mean: jax.Array, variance: jax.Array, size: int) -> tuple[jax.Array, jax.Array]:
    """Whole numbers [size] around ``mean`` and their binomial (at least Poisson) chances."""
    first = jnp.maximum(jnp.floor(mean - 7 * jnp.sqrt(mean) - 3), 0.0)
    number = first + jnp.arange(size)
    success = jnp.clip(1 - variance / jnp.where(mean > 0, mean, 1.0), 1e-6, 0.5)
    trials = mean / success
    possible = number <= trials
    failures = jnp.where(possible, trials - number, 0.0)
    log_chance = gammaln(trials + 1) - gammaln(number + 1) - gammaln(failures + 1)
    log_chance += xlogy(number, success) + failures * jnp.log1p(-success)
    log_chance = jnp.where(possible | (number == 0), log_chance, -jnp.inf)
    chance = jnp.exp(log_chance - jnp.max(log_chance))
    return number, chance / jnp.sum(chance)
