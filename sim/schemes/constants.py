"""Constants that rules take from the limit; nothing else in an engine knows a prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers, reject
from relabel_lab.sim.margins import tail

if TYPE_CHECKING:
    from relabel_lab.sim.problem import Problem
    from relabel_lab.sim.schemes.base import Scheme

BISECTIONS = 60


def check_scalar(scheme: Scheme, problem: Problem) -> None:
    """Refuse a grid of problems: constants belong to one."""
    for name in ("n", "d", "gamma", "p"):
        if jnp.ndim(getattr(problem, name)):
            raise reject(name, "an array", f"a single number for scheme {scheme.name}")


def _traces(problem: Problem) -> tuple[jax.Array, jax.Array]:
    """tr Sigma and tr Sigma^2."""
    if problem.spectrum is None:
        return problem.r * problem.sigma**2, problem.r * problem.sigma**4
    return jnp.sum(problem.spectrum), jnp.sum(problem.spectrum**2)


def memory_of(problem: Problem) -> Numbers:
    """tr Sigma / n, the expected part of a score that is the sample's own label."""
    return _traces(problem)[0] / problem.n


def initial_score(problem: Problem) -> tuple[jax.Array, jax.Array]:
    """Score of the first model on a fresh sample: mean at margin 1, variance of its noise."""
    m, weight = problem.law.nodes(jnp.zeros(()), jnp.zeros(()))
    a0 = jnp.sum(weight * m * (1 - 2 * problem.exact_noise.flip_given_margin(m)))
    return problem.gamma**2 * a0, _traces(problem)[1] / problem.n


def mean_square(mean: Numbers, deviation: Numbers, log_odds: Numbers, p: Numbers) -> jax.Array:
    """E tanh^2 at a Gaussian score with half the log-odds of a given label added."""
    normal = jnp.linspace(-9, 9, 721)
    weight = jnp.exp(-(normal**2) / 2)
    lean = jnp.array([[0.5], [-0.5]]) * log_odds
    square = jnp.tanh(mean + deviation * normal + lean) ** 2
    return jnp.array([1 - p, p]) @ (square @ weight) / jnp.sum(weight)


def score_threshold(problem: Problem, share: Numbers) -> jax.Array:
    """The t with P(abs(score) >= t) = share for a training sample, by bisection."""
    pull, variance = initial_score(problem)
    memory, spread = memory_of(problem), jnp.sqrt(variance)

    def kept(t: jax.Array) -> jax.Array:
        # The nodes follow the threshold: the integrand turns where abs(score) = t.
        m, weight = problem.law.nodes(pull / spread, (t + memory) / spread, (t - memory) / spread)
        flipped = problem.exact_noise.flip_given_margin(m)
        centre = jnp.stack([pull * m + memory, pull * m - memory])
        beyond = tail((t - centre) / spread) + tail((t + centre) / spread)
        return jnp.sum(weight * ((1 - flipped) * beyond[0] + flipped * beyond[1]))

    def halve(_: int, ends: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        middle = (ends[0] + ends[1]) / 2
        more = kept(middle) > share
        return jnp.where(more, middle, ends[0]), jnp.where(more, ends[1], middle)

    widest = jnp.max(problem.law.nodes(pull / spread, memory / spread)[0])
    top = pull * widest + memory + 40 * spread
    ends = jax.lax.fori_loop(0, BISECTIONS, halve, (jnp.zeros(()), top))
    return jnp.where(share >= 1, 0.0, ends[0])
