r"""Fluctuations of retraining on fresh samples after one round (R20 with R6), isotropic noise.

New samples know the initial model through kappa0 alone.  With z their noise along its noise and
\(f = \mathrm{sign}(m\kappa_0 + z)\), in the frame of the true label,
\(\kappa = \rho a/\sqrt{b^2 + X}\), \(a = \overline{mf}\), \(b = \overline{fz}\), the samples
independent, \(X = \chi^2_{r-1}/n\).
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import Scalar
from relabel_lab.theory.fluctuations.changes import (
    NORMAL_MOMENTS,
    Averages,
    partial_moments,
    with_constant,
)
from relabel_lab.theory.fluctuations.conditional import (
    CHANCES,
    STEPS,
    RuleLaw,
    positive,
    retrained,
    split,
)
from relabel_lab.theory.fluctuations.conditioning import (
    MarginNodes,
    Node,
    aim,
    grid,
    margins,
    rest_nodes,
)
from relabel_lab.theory.fluctuations.delta import propagate
from relabel_lab.theory.fluctuations.rules import NODES, jet
from relabel_lab.theory.fluctuations.shape import Jet


@eqx.filter_jit
def fresh_law(problem: Problem, bar: Scalar | None) -> RuleLaw:
    """Law of kappa of a model trained on n new samples labelled by the initial one.

    Args:
        problem: float leaves, isotropic.
        bar: the kappa to reach; None for kappa0.
    """
    nodes = grid(problem, NODES).nodes
    n, rho = jnp.asarray(problem.n, jnp.float64), jnp.asarray(problem.rho)
    rest, chance = rest_nodes(problem)

    def at(node: Node) -> RuleLaw:
        kappa0 = rho * node.a0 / node.radius
        two = averages(margins(problem, kappa0, jnp.asarray(0.0)), kappa0, n)
        level = aim(bar, rho, node.a0 / node.radius)

        def jets(point: jax.Array, spread: jax.Array) -> Jet:
            one = jet(lambda x: rho * x[0] / length(x), point, spread)
            return jax.tree.map(lambda leaf: leaf[None], one)

        def gain(x: jax.Array) -> jax.Array:
            return x[0] - level * length(x.at[2].set(x[2] ** 3))

        def better(step: jax.Array) -> jax.Array:
            shifted = jet(gain, three.mean + step * along, left)
            return positive(centre, shifted, three, left)

        three = with_cube_root(two, problem.r - 1.0, n)
        along, left = split(three.covariance, jnp.array([0.0, 1.0, 0.0]))
        centre = jet(gain, three.mean, three.covariance)
        later = retrained(jets, two, jnp.array([0.0, 1.0]), rest, chance)
        doubt = propagate(centre, three.covariance, three.third).doubt()
        improves = CHANCES @ jax.vmap(better)(jnp.asarray(STEPS))
        return RuleLaw.given(kappa0, later, improves, doubt)

    return jax.lax.map(at, nodes).averaged(nodes.weight)


def length(x: jax.Array) -> jax.Array:
    """Length of the retrained noise at x = (a, b, X)."""
    return jnp.sqrt(x[1] ** 2 + x[2])


def with_cube_root(averages: Averages, free: Scalar, n: jax.Array) -> Averages:
    """Append the cube root of X, normal but for 0.001 from ten degrees of freedom on."""
    mean, covariance, third = with_constant(averages, jnp.asarray(0.0))
    safe = jnp.maximum(free, 1.0)
    scale = jnp.where(free > 0, jnp.cbrt(safe / n), 0.0)
    return Averages(
        mean.at[-1].set(scale * (1 - 2 / (9 * safe))),
        covariance.at[-1, -1].set(scale**2 * 2 / (9 * safe)),
        third,
    )


def averages(law: MarginNodes, kappa0: jax.Array, n: jax.Array) -> Averages:
    """Cumulants of the averages (a, b) over n new samples."""
    m = law.value
    # E[f z^k]: odd powers of f; even ones leave E[z^k].
    odd = jnp.asarray(NORMAL_MOMENTS)[:, None] - 2 * partial_moments(m * kappa0)

    def raw(power: int, k: int) -> jax.Array:
        signed = odd[k] if (power + k) % 2 else jnp.full_like(m, NORMAL_MOMENTS[k])
        return jnp.sum(law.chance * m**power * signed)

    first = jnp.stack([raw(1, 0), raw(0, 1)])
    second = jnp.stack([raw(2, 0), raw(1, 1), raw(1, 1), raw(0, 2)]).reshape(2, 2)
    by_noise = jnp.stack([raw(3 - k, k) for k in range(4)])
    third = by_noise[np.indices((2, 2, 2)).sum(0)]  # how many of the three indices are b
    mixed = jnp.einsum("i,jk->ijk", first, second)
    third = third - mixed - mixed.transpose(1, 0, 2) - mixed.transpose(1, 2, 0)
    third += 2 * jnp.einsum("i,j,k->ijk", first, first, first)
    return Averages(first, (second - jnp.outer(first, first)) / n, third / n**2)
