r"""Fluctuations at finite n and d (R20): the joint law of (kappa0, kappa1, ...), P(improves).

Conditioned on \(a_0\) and \(R\), which have known laws, the retrained classifier is a smooth
function of three averages over the changed labels and one chi-square; see `paper_notes.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import Scalar, reject, require
from relabel_lab.theory.fluctuations import rare
from relabel_lab.theory.fluctuations.changes import Changes, with_constant
from relabel_lab.theory.fluctuations.conditional import RuleLaw, retrained
from relabel_lab.theory.fluctuations.conditioning import Node, aim, grid, rest_nodes
from relabel_lab.theory.fluctuations.counts import no_event
from relabel_lab.theory.fluctuations.delta import propagate
from relabel_lab.theory.fluctuations.shape import Jet, advantage, kappa

NODES = 24


def fluctuations(
    problem: Problem, mixes: Sequence[float] = (0.0, 1.0), *, bar: float | None = None
) -> Fluctuations:
    r"""Law of kappa of \(\hat\theta_1 + \beta\hat\theta_0\) beside that of the initial model (R20).

    Args:
        problem: a scalar problem with isotropic noise and flips that depend on the margin alone.
        mixes: the \(\beta\): 0 is full retraining, 1 consensus (R4); finite.
        bar: the kappa to reach instead of kappa0, for ``improves``.

    Raises:
        ValueError: for a spectrum, where this expansion has not been derived.
    """
    if problem.spectrum is not None:
        raise reject("spectrum", "given", "isotropic for fluctuations; dice answers for others")
    require("mixes", list(mixes), np.isfinite, "finite")
    floats = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float64), problem)
    level = None if bar is None else jnp.asarray(bar, jnp.float64)
    law = regular(floats, jnp.asarray(mixes, jnp.float64), level)
    if law.changes > rare.LIMIT:
        return law
    chances = rare.improves(floats, jnp.asarray(mixes, jnp.float64), level)
    return eqx.tree_at(
        lambda law: (law.improves, law.doubt), law, (chances, jnp.ones_like(chances))
    )


class Fluctuations(eqx.Module):
    """Law of kappa over draws of the data, initial model first, then one per scheme.

    Attributes:
        mean: [1 + schemes], to second order.
        covariance: [1 + schemes, 1 + schemes], of the joint Gaussian law.
        improves: P(kappa of the scheme > kappa0, or > the bar that was asked for), [schemes].
        doubt: estimated error of ``improves``, [schemes]; 1 where few labels change.
        unchanged: P(no label changes), when full retraining returns the initial model.
        changes: expected number of changed labels.
    """

    mean: jax.Array
    covariance: jax.Array
    improves: jax.Array
    doubt: jax.Array
    unchanged: jax.Array
    changes: jax.Array


@eqx.filter_jit
def regular(
    problem: Problem, mixes: jax.Array, bar: Scalar | None, size: int = NODES
) -> Fluctuations:
    """R20 where many labels change: an Edgeworth term at every (a0, R)."""
    nodes, samples = grid(problem, size)
    n, rho = jnp.asarray(problem.n, jnp.float64), jnp.asarray(problem.rho)
    rest, chance = rest_nodes(problem)

    def at(node: Node) -> tuple[RuleLaw, jax.Array, jax.Array]:
        kappa0 = rho * node.a0 / node.radius
        changes = Changes.at(samples.tilted(node.flip, node.eta), node.a0, kappa0, node.radius, n)
        three = changes.averages(changes.contributions())
        level = aim(bar, rho, node.a0 / node.radius)

        def gain(mix: jax.Array, rest: jax.Array) -> tuple[jax.Array, jax.Array]:
            mean, covariance, third = with_constant(three, rest)
            jet = advantage(node, mix, mean, level, covariance)
            law = propagate(jet, covariance, third)
            return law.positive(), law.doubt()

        both = jax.vmap(lambda mix: jax.vmap(partial(gain, mix))(rest))(mixes)
        improves, doubt = (leaf @ chance for leaf in both)

        def jets(point: jax.Array, spread: jax.Array) -> Jet:
            return jax.vmap(lambda mix: kappa(node, mix, point, rho, spread))(mixes)

        lengthwise = jnp.stack([0.0, -2 * node.radius, -2.0])
        later = retrained(jets, three, lengthwise, rest, chance)
        law = RuleLaw.given(kappa0, later, improves, doubt)
        return law, n * three.mean[1], n**2 * three.covariance[1, 1]

    laws, count, spread = jax.lax.map(at, nodes, batch_size=size)
    weight = nodes.weight
    unchanged = weight @ no_event(count, spread)
    law = laws.averaged(weight)
    return Fluctuations(
        law.mean, law.covariance, law.improves, law.doubt, unchanged, weight @ count
    )
