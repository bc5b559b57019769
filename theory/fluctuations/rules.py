r"""Fluctuations of any elementwise label rule after one round (R20 with R11), isotropic noise.

With \(\tau = sf\) the retrained kappa is a function of four averages, \(a = \overline{mf}\),
\(c = \overline{\tau}\), \(b = \overline{\tau\varepsilon}\), \(v = \overline{f^2}\), and of
\(X = \chi^2_{r-1}/n\):
\(\kappa = \rho a/\sqrt{(cR + b)^2 + (v - c^2)X}\).  Given \(a_0\) and \(R\) the scores
\(\sigma^2R(m\kappa_0 + s(R + \varepsilon))\) are those of independent samples under two linear
constraints, as for hard labels; only the expectations need quadrature over \(\varepsilon\).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import Scalar
from relabel_lab.sim.margins import TURNING, density, merged, panels
from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.fluctuations.changes import Averages, with_constant
from relabel_lab.theory.fluctuations.conditional import RuleLaw, retrained
from relabel_lab.theory.fluctuations.conditioning import (
    Node,
    Samples,
    aim,
    grid,
    margins,
    rest_nodes,
)
from relabel_lab.theory.fluctuations.delta import propagate
from relabel_lab.theory.fluctuations.shape import Jet

NODES = 16
EDGES = np.linspace(-9.0, 9.0, 5)


@eqx.filter_jit
def rule_law(
    problem: Problem,
    scheme: Scheme,
    turns: Sequence[jax.Array],
    width: Scalar | None,
    bar: Scalar | None,
) -> RuleLaw:
    """Law of kappa for a bound, odd, elementwise ``scheme``.

    Args:
        problem: float leaves, isotropic.
        scheme: the label rule.
        turns: scores, > 0, at which labels jump or turn at either sign, as they do at 0.
        width: the scale in score over which they turn; None for a jump.
        bar: the kappa to reach; None for kappa0.
    """
    nodes = grid(problem, NODES).nodes
    n, rho = jnp.asarray(problem.n, jnp.float64), jnp.asarray(problem.rho)
    rest, chance = rest_nodes(problem)

    def at(node: Node) -> RuleLaw:
        kappa0 = rho * node.a0 / node.radius
        scale = problem.sigma**2 * node.radius
        offsets = [node.radius + side * t / scale for t in turns for side in (1, -1)]
        law = margins(problem, kappa0, node.radius, *offsets).tilted(node.flip, node.eta)
        labels = LabelNodes.at(law, node, kappa0, scale, scheme, turns, width)
        four = labels.averages(node.a0, n)
        level = aim(bar, rho, node.a0 / node.radius)

        def jets(point: jax.Array, spread: jax.Array) -> Jet:
            return jax.tree.map(lambda leaf: leaf[None], jet(partial_kappa, point, spread))

        def partial_kappa(x: jax.Array) -> jax.Array:
            return rho * x[0] / length(x, node.radius)

        def gain(rest: jax.Array) -> tuple[jax.Array, jax.Array]:
            mean, covariance, third = with_constant(four, rest)
            better = jet(lambda x: x[0] - level * length(x, node.radius), mean, covariance)
            law = propagate(better, covariance, third)
            return law.positive(), law.doubt()

        lengthwise = jnp.stack([0.0, node.radius, 1.0, 0.0])
        later = retrained(jets, four, lengthwise, rest, chance)
        better, doubt = jax.vmap(gain)(rest)
        return RuleLaw.given(kappa0, later, chance @ better, chance @ doubt)

    return jax.lax.map(at, nodes).averaged(nodes.weight)


def length(x: jax.Array, radius: jax.Array) -> jax.Array:
    """Length of the retrained noise at x = (a, c, b, v, X)."""
    _, c, b, v, rest = x
    return jnp.sqrt((c * radius + b) ** 2 + (v - c**2) * rest)


def jet(f: Callable[[jax.Array], jax.Array], x: jax.Array, covariance: jax.Array) -> Jet:
    """The derivatives of a scalar function."""
    curvature = jax.hessian(f)
    drift = jax.grad(lambda x: jnp.sum(curvature(x) * covariance) / 2)
    return Jet(f(x), jax.grad(f)(x), curvature(x), drift(x))


class LabelNodes(NamedTuple):
    """Labels f over nodes of (s, m) and noise, [S, Q] or broadcasting, with sum(weight) = 1."""

    sign: jax.Array
    margin: jax.Array
    noise: jax.Array
    label: jax.Array
    weight: jax.Array

    @classmethod
    def at(
        cls,
        samples: Samples,
        node: Node,
        kappa0: jax.Array,
        scale: jax.Array,
        scheme: Scheme,
        turns: Sequence[jax.Array],
        width: Scalar | None,
    ) -> LabelNodes:
        """Labels at scores scale * (m kappa0 + s(R + noise))."""
        sign, margin = samples.sign[:, None], samples.margin[:, None]
        spread = jnp.zeros(1) if width is None else TURNING * width / scale
        both = [side * t / scale + spread for t in turns for side in (1, -1)]
        points = jnp.concatenate([spread, *both])
        noise, weight = panels(merged(EDGES, sign * (points - margin * kappa0) - node.radius))
        score = scale * (margin * kappa0 + sign * (node.radius + noise))
        label = scheme.label(score, jnp.broadcast_to(sign, score.shape))
        return cls(sign, margin, noise, label, samples.weight[:, None] * weight * density(noise))

    def averages(self, a0: jax.Array, n: jax.Array) -> Averages:
        """Law of the averages (a, c, b, v), given mean noise 0 and mean s m = a0."""
        tau = self.sign * self.label
        f = jnp.stack([self.margin * self.label, tau, tau * self.noise, self.label**2])
        projection = self.sign * self.margin - a0 + jnp.zeros_like(self.noise)
        variance = self.mean(projection**2)
        inverse = jnp.where(variance > 1e-12, 1 / jnp.where(variance > 1e-12, variance, 1.0), 0.0)
        mean = self.mean(f)
        on_noise, on_margin = self.mean(f * self.noise), self.mean(f * projection) * inverse
        f = f - _column(mean) - _column(on_noise) * self.noise - _column(on_margin) * projection
        bend = self.mean(f * self.noise**2) + self.mean(f * projection**2) * inverse
        flat, weight = f.reshape(f.shape[0], -1), self.weight.reshape(-1)
        pairs = (flat[:, None] * flat[None]).reshape(-1, weight.size)
        size = mean.size
        return Averages(
            mean - bend / (2 * n),
            (flat * weight) @ flat.T / n,
            (pairs @ (flat * weight).T).reshape(size, size, size) / n**2,
        )

    def mean(self, values: jax.Array) -> jax.Array:
        """Expectation of ``values`` [..., S, Q]."""
        return jnp.sum(self.weight * values, (-2, -1))


def _column(values: jax.Array) -> jax.Array:
    return values[:, None, None]
