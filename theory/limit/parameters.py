r"""What the proportional limit (R5, R5s) needs to know of a problem: a few numbers a problem."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import Numbers
from relabel_lab.sim.margins import Constant, Margin
from relabel_lab.sim.noise import ExactNoise, UniformFlips


class Limit(eqx.Module):
    r"""The initial classifier and its noise in the limit \(n, r \to \infty\) at fixed \(n/r\).

    In units where the initial score's noise has variance 1, a training sample scores
    \(h = A(m) + s(k + \varepsilon)\) with \(A(m)\) = ``slope`` m (R11).  Leaves are scalars or
    arrays over problems that broadcast.

    Attributes:
        signal: \(\gamma^2/N\), in isotropic noise \(\rho/k\): kappa of a classifier with mean
            margin-weighted label 1 and the initial noise.
        k: memorisation, the lean of an in-sample score toward its given label.
        overlap: \(T_3/(nN^3)\), in isotropic noise \(1/k\).
        excess: \(T_4/(T_2N^2)\) - ``overlap``^2 >= 0, in isotropic noise 0.
        scale: N, the standard deviation of the score's noise, \(\sigma^2 k\) when isotropic.
        law: margin law with its parameters filled in.
        noise: label noise.
    """

    signal: Numbers
    k: Numbers
    overlap: Numbers
    excess: Numbers
    scale: Numbers
    law: Margin
    noise: ExactNoise

    @property
    def a0(self) -> jax.Array:
        """E[s m], the mean margin-weighted given label (R5, R18)."""
        if isinstance(self.noise, UniformFlips):
            return (1.0 - 2.0 * jnp.asarray(self.noise.p)) * self.law.mean()
        m, w = self.law.nodes(jnp.zeros(()), jnp.zeros(()))
        return jnp.sum(w * m * (1.0 - 2.0 * self.flip_probability(m)), axis=-1)

    @property
    def slope(self) -> jax.Array:
        """Signal of the initial score at margin 1."""
        return self.signal * self.a0

    def nodes(self) -> tuple[jax.Array, jax.Array]:
        """Margin nodes and weights [..., Q] that resolve the initial scores."""
        return self.law.nodes(self.slope, jnp.asarray(self.k))

    def flip_probability(self, m: jax.Array) -> jax.Array:
        """Flip probability at margin nodes ``m`` [..., Q]."""
        noise = jax.tree.map(lambda leaf: jnp.asarray(leaf)[..., None], self.noise)
        shape = jnp.broadcast_shapes(m.shape, *(leaf.shape for leaf in jax.tree.leaves(noise)))
        return noise.flip_given_margin(jnp.broadcast_to(m, shape))

    def kappa(self, a: Numbers, c: Numbers, b: Numbers, v: Numbers) -> jax.Array:
        r"""Kappa of retraining on labels f (R5, R5s, R11).

        Args:
            a: E[m f].
            c: E[s f].
            b: \(E[s f \varepsilon]\).
            v: E f^2.
        """
        along = b * self.overlap
        return self.signal * a / jnp.sqrt(v + 2.0 * c * along + along**2 + b * b * self.excess)


def isotropic(rho: Numbers, alpha: Numbers, p: Numbers, margin: Margin | None = None) -> Limit:
    r"""The limit from its own parameters; sigma = 1.

    Args:
        rho: separation \(\gamma^2/\sigma^2\).
        alpha: aspect ratio n/r.
        p: flip probability.
        margin: margin law, constant unless given.
    """
    law = (Constant() if margin is None else margin).at(rho)
    return _isotropic(rho, alpha, jnp.ones(()), law, UniformFlips(p))


def limit_of(problem: Problem) -> Limit:
    """The limit that belongs to a problem, isotropic (R5) or with a spectrum (R5s)."""
    if problem.spectrum is None:
        variance = jnp.asarray(problem.sigma) ** 2
        return _isotropic(problem.rho, problem.alpha, variance, problem.law, problem.exact_noise)
    return _spectral(problem, problem.spectrum)


def _isotropic(
    rho: Numbers, alpha: Numbers, variance: Numbers, law: Margin, noise: ExactNoise
) -> Limit:
    k = jax.lax.rsqrt(jnp.asarray(alpha, jnp.float64))
    return Limit(rho / k, k, 1.0 / k, 0.0, variance * k, law, noise)


def _spectral(problem: Problem, spectrum: jax.Array) -> Limit:
    """Traces are taken relative to the mean eigenvalue, so that none over- or underflows."""
    mean = jnp.mean(spectrum, axis=-1)
    x = spectrum / mean[..., None]
    second = jnp.mean(x**2, axis=-1)
    tilted = jnp.mean(x**3, axis=-1) / second
    spread = jnp.mean(x**2 * (x - tilted[..., None]) ** 2, axis=-1) / second
    unit = jnp.sqrt(second / problem.alpha)  # N over the mean eigenvalue
    k = 1.0 / (problem.alpha * unit)
    signal = problem.gamma**2 / (mean * unit)
    return Limit(
        signal, k, tilted / unit, spread / unit**2, mean * unit, problem.law, problem.exact_noise
    )
