r"""Nodes for what the fluctuations are conditioned on (R20): \(a_0\) and \(R\).

Both are sums of n or r independent terms with a known law, so every expectation over them is a
trapezoid rule on an even grid, which converges faster than any power for smooth integrands.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import gammaln, xlog1py, xlogy

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import Scalar
from relabel_lab.sim.margins import Constant

REST = 12  # nodes of the fresh noise: a little over a standard deviation apart
REACH = 7.0  # standard deviations covered on either side


def aim(bar: Scalar | None, rho: Scalar, initial: jax.Array) -> jax.Array:
    """The kappa over rho to beat: that of the bar, without one the initial model's."""
    return initial if bar is None else jnp.asarray(bar / rho)


class Samples(NamedTuple):
    r"""Law of one sample (s, m) given \(a_0\): arrays of one shape [S] with sum(weight) = 1."""

    sign: jax.Array
    margin: jax.Array
    weight: jax.Array

    @property
    def projection(self) -> jax.Array:
        """Contribution of a sample to a0: s m."""
        return self.sign * self.margin

    def mean(self, values: jax.Array) -> jax.Array:
        """Expectation of ``values`` [..., S]."""
        return jnp.sum(self.weight * values, -1)


class FirstModel(NamedTuple):
    r"""Grid of \(a_0\): value, probability and what `tilt` needs, each [A]."""

    a0: jax.Array
    weight: jax.Array
    flip: jax.Array
    eta: jax.Array


class Node(NamedTuple):
    """One value of (a0, R) with its probability and tilt; scalars, or arrays of one shape."""

    a0: jax.Array
    radius: jax.Array
    flip: jax.Array
    eta: jax.Array
    weight: jax.Array


class MarginNodes(NamedTuple):
    """Nodes of the margin law with their chances and flip probabilities, each [Q]."""

    value: jax.Array
    chance: jax.Array
    flipped: jax.Array

    def tilted(self, flip: jax.Array, eta: jax.Array) -> Samples:
        r"""Law of (s, m) tilted by \(e^{\eta s m}\), with flip probability ``flip`` if m = 1.

        Given the sum \(\sum s_i m_i\) the joint law of the samples is the same for every tilt;
        the tilt that puts the mean of s m at \(a_0\) leaves only O(1/n) to correct.
        """
        flipped = self.flipped if self.value.size > 1 else flip * jnp.ones(1)
        one = jnp.ones_like(self.value)
        sign, margin = jnp.concatenate([one, -one]), jnp.tile(self.value, 2)
        weight = jnp.tile(self.chance, 2) * jnp.concatenate([1 - flipped, flipped])
        weight *= jnp.exp(eta * sign * margin)
        return Samples(sign, margin, weight / jnp.sum(weight))


def margins(problem: Problem, slope: jax.Array, *offsets: jax.Array) -> MarginNodes:
    """Quadrature nodes for integrands that turn at slope * m = +-offset (`Margin.nodes`)."""
    if isinstance(problem.law, Constant):
        value, chance = jnp.ones(1), jnp.ones(1)
    else:
        value, chance = problem.law.nodes(slope, *offsets)
    return MarginNodes(value, chance, problem.exact_noise.flip_given_margin(value))


def initial_nodes(problem: Problem, size: int) -> FirstModel:
    r"""The law of \(a_0 = \mathrm{mean}(s_i m_i)\) (R2): a lattice for m = 1, else a density."""
    lattice = isinstance(problem.law, Constant)
    return _lattice(problem, size) if lattice else _density(problem, size)


def _lattice(problem: Problem, size: int) -> FirstModel:
    """Binomial numbers of flips, every one of them or every k-th."""
    n, p = jnp.asarray(problem.n, jnp.float64), problem.p
    spread = jnp.sqrt(n * p * (1 - p))
    first = jnp.maximum(jnp.round(n * p - REACH * spread), 0)
    stride = jnp.ceil((2 * REACH * spread + REACH) / size)
    flips = first + stride * jnp.arange(size)
    valid = flips <= n
    flips = jnp.where(valid, flips, 0.0)
    log_weight = gammaln(n + 1) - gammaln(flips + 1) - gammaln(n - flips + 1)
    log_weight += xlogy(flips, p) + xlog1py(n - flips, -p)
    weight = jnp.where(valid, jnp.exp(log_weight - jnp.max(log_weight)), 0.0)
    return FirstModel(1 - 2 * flips / n, weight / jnp.sum(weight), flips / n, jnp.zeros_like(flips))


def _density(problem: Problem, size: int) -> FirstModel:
    r"""Saddle-point density \(\sqrt{K''}\,e^{n(K - \eta K')}\,d\eta\) of the mean at \(K'(\eta)\)."""
    nodes = margins(problem, jnp.asarray(0.0), jnp.asarray(1.0))
    zero = jnp.asarray(0.0)

    def cumulants(eta: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        law, untilted = nodes.tilted(zero, eta), nodes.tilted(zero, zero)
        mean = law.mean(law.projection)
        total = jnp.log(untilted.mean(jnp.exp(eta * law.projection)))
        return total, mean, law.mean((law.projection - mean) ** 2)

    reach = jnp.linspace(-REACH, REACH, size)
    eta = reach / jnp.sqrt(problem.n * cumulants(zero)[2])
    value, mean, variance = jax.vmap(cumulants)(eta)
    weight = jnp.sqrt(variance) * jnp.exp(problem.n * (value - eta * mean))
    return FirstModel(mean, weight / jnp.sum(weight), jnp.zeros_like(eta), eta)


def radius_nodes(n: Scalar, r: Scalar, size: int) -> tuple[jax.Array, jax.Array]:
    r"""\(R\) and probabilities [size]: \(nR^2 \sim \chi^2_r\), even in \(R^{2/3}\) (nearly normal)."""
    spread = jnp.sqrt(2 / (9 * r))
    low = jnp.maximum(1 - spread**2 - REACH * spread, 0.0)
    high = 1 - spread**2 + REACH * spread
    cube_root = low + (high - low) * (jnp.arange(size) + 0.5) / size
    log_weight = (1.5 * r - 1) * jnp.log(cube_root) - 0.5 * r * cube_root**3
    weight = jnp.exp(log_weight - jnp.max(log_weight))
    return jnp.sqrt(r / n * cube_root**3), weight / jnp.sum(weight)


def rest_nodes(problem: Problem) -> tuple[jax.Array, jax.Array]:
    r"""\(X = \chi^2_{r-1}/n\), the fresh noise across the initial one (R3), and probabilities."""
    free = jnp.asarray(problem.r - 1.0)
    length, chance = radius_nodes(problem.n, jnp.maximum(free, 1.0), REST)
    return jnp.where(free > 0, length**2, 0.0), chance


class ConditioningGrid(NamedTuple):
    """Nodes of (a0, R), arrays [size**2], and the margin nodes that serve them all."""

    nodes: Node
    margins: MarginNodes


def grid(problem: Problem, size: int) -> ConditioningGrid:
    """All pairs of ``size`` values of a0 and of R."""
    initial = initial_nodes(problem, size)
    radius, chance = radius_nodes(problem.n, problem.r, size)
    a0, weight, flip, eta = (jnp.repeat(leaf, size) for leaf in initial)
    nodes = Node(a0, jnp.tile(radius, size), flip, eta, weight * jnp.tile(chance, size))
    steepest = jnp.max(jnp.where(nodes.weight > 1e-6, jnp.abs(a0) / nodes.radius, 0.0))
    middle = jnp.sqrt(problem.r / problem.n)
    return ConditioningGrid(nodes, margins(problem, problem.rho * steepest, middle))
