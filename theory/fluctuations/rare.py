"""R20 where few labels change: condition on how many do.

The numbers of changed labels among the correct and among the flipped ones are nearly Poisson
(binomial, with the mean and variance that the constraints leave); with none changed, retraining
returns the initial model and does not improve.  Given the numbers, what is left are sums of
that many independent marks (s m, noise) and the chi-square: smooth, so one Edgeworth term.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import Scalar
from relabel_lab.theory.fluctuations.changes import Averages, Changes, multiply, with_chi_square
from relabel_lab.theory.fluctuations.conditioning import MarginNodes, Node, aim, grid
from relabel_lab.theory.fluctuations.counts import counts
from relabel_lab.theory.fluctuations.delta import propagate
from relabel_lab.theory.fluctuations.shape import Jet, advantage

NODES = 20
COUNTS = 72
FREE = jnp.array([0, 2, 3])  # what varies once the number of changed labels is given
NEVER = 1e-200  # chances below are taken for zero: their inverse would overflow
LIMIT = 24.0  # expected number of changed labels up to which the counts fit the table


def improves(problem: Problem, mixes: jax.Array, bar: Scalar | None) -> jax.Array:
    """P(kappa of theta1 + mix * theta0 > kappa0, or > the bar), [mixes]."""
    return _improves(problem, mixes, bar, NODES, COUNTS)


@eqx.filter_jit
def _improves(
    problem: Problem, mixes: jax.Array, bar: Scalar | None, size: int, counted: int
) -> jax.Array:
    nodes, law = grid(problem, size)
    chances = jax.lax.map(lambda node: _at(problem, node, law, mixes, bar, counted), nodes)
    return nodes.weight @ chances


def _at(
    problem: Problem,
    node: Node,
    law: MarginNodes,
    mixes: jax.Array,
    bar: Scalar | None,
    counted: int,
) -> jax.Array:
    n = jnp.asarray(problem.n, jnp.float64)
    kappa0 = problem.rho * node.a0 / node.radius
    changes = Changes.at(law.tilted(node.flip, node.eta), node.a0, kappa0, node.radius, n)
    sign = changes.samples.sign
    groups = jnp.stack([sign > 0, sign < 0]).astype(jnp.float64)
    share = changes.averages(jnp.pad(groups[:, None, :], ((0, 0), (0, 1), (0, 0))))
    mean, variance = n * share.mean, n**2 * jnp.diag(share.covariance)
    number, chance = jax.vmap(lambda a, b: counts(a, b, counted))(mean, variance)
    marks = jax.vmap(lambda group: _marks(changes, group))(groups)

    def given(kept: jax.Array, flipped: jax.Array) -> jax.Array:
        return _given(problem, node, marks, jnp.stack([kept, flipped]), mixes, bar)

    table = jax.vmap(lambda a: jax.vmap(lambda b: given(a, b))(number[1]))(number[0])
    return jnp.einsum("i,j,ijk->k", chance[0], chance[1], table)


def _given(
    problem: Problem,
    node: Node,
    marks: Averages,
    k: jax.Array,
    mixes: jax.Array,
    bar: Scalar | None,
) -> jax.Array:
    """P(improves) [mixes] when k = (kept labels changed, flipped labels changed)."""
    n = jnp.asarray(problem.n, jnp.float64)
    share = jnp.sum(k) / n
    total = (jnp.tensordot(k, leaf, 1) / n**order for order, leaf in enumerate(marks, 1))
    three = with_chi_square(Averages(*total), jnp.asarray(problem.r - 1.0), n)

    initial = node.a0 / node.radius
    level = aim(bar, problem.rho, initial)

    mean, covariance, third = three
    point = jnp.stack([mean[0], share, mean[1], mean[2]])

    def chance(mix: jax.Array) -> jax.Array:
        jet = advantage(node, mix, point, level, jnp.zeros((4, 4)))
        left = Jet(jet.value, jet.gradient[FREE], jet.curvature[FREE][:, FREE], jet.drift[FREE])
        return propagate(left, covariance, third).positive_gamma()

    return jnp.where(jnp.sum(k) > 0, jax.vmap(chance)(mixes), (initial > level) * 1.0)


def _marks(changes: Changes, group: jax.Array) -> Averages:
    """Cumulants of (s m, noise) given that a label of the group [S] is changed."""
    total = changes.expect(group[None])
    scale = group / jnp.where(total > NEVER, total, 1.0)
    mark = changes.contributions()[jnp.array([0, 2])]
    mean = changes.expect(scale * mark)
    centred = mark.at[:, 0].add(-mean[:, None])
    pair = multiply(centred[:, None], centred[None])
    triple = multiply(pair[:, :, None], centred[None, None])
    return Averages(mean, changes.expect(scale * pair), changes.expect(scale * triple))
