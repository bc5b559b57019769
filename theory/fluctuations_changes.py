r"""Moments of the changed labels given \(a_0\) and \(R\) (R20).

A label is changed when \(\varepsilon < -(R + s\,m\,\kappa_0)\).  With D the indicator of that,
everything R3 needs is three averages: \(M = \overline{s m D}\), \(N = \overline{D}\) and
\(E = \overline{\varepsilon D}\); \(a_1 = a_0 - 2M\), \(c = 1 - 2N\), \(b = -2E\) (the
\(\varepsilon_i\) sum to zero).  Given \(a_0\) and \(R\) the thresholds are fixed and the samples
are independent up to two linear constraints: \(\overline{\varepsilon} = 0\) and
\(\overline{s m} = a_0\).
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr
from jax.scipy.stats import norm

from theory.fluctuations_outer import Samples


class Averages(NamedTuple):
    """Law of k averages given a0 and R: mean [k] and covariance [k, k]."""

    mean: jax.Array
    covariance: jax.Array


def partial_moments(threshold: jax.Array) -> jax.Array:
    r"""\(E[g^k\,1\{g < -t\}]\) for k = 0..3, g standard normal; shape [4, ...]."""
    density, tail = norm.pdf(threshold), ndtr(-threshold)
    return jnp.stack([tail, -density, tail + threshold * density, -(threshold**2 + 2) * density])


class Changes(NamedTuple):
    """Samples with the partial moments [4, S] of their noise at a given (kappa0, R)."""

    samples: Samples
    moments: jax.Array
    a0: jax.Array
    n: jax.Array

    @classmethod
    def at(cls, law: Samples, a0: jax.Array, kappa0: jax.Array, radius: jax.Array, n: jax.Array):
        """Changes under thresholds R + s m kappa0."""
        moments = partial_moments(radius + law.projection * kappa0)
        return cls(law, moments, a0, n)

    def polynomials(self) -> jax.Array:
        """(M, N, E) a sample as D times a polynomial in the noise: coefficients [3, 2, S]."""
        one = jnp.ones_like(self.samples.sign)
        zero = jnp.zeros_like(one)
        pairs = [(self.samples.projection, zero), (one, zero), (zero, one)]
        return jnp.stack([jnp.stack(pair) for pair in pairs])

    def expect(self, coefficients: jax.Array) -> jax.Array:
        """E[D * polynomial]; coefficients [..., degree + 1, S], degree <= 3."""
        degree = coefficients.shape[-2]
        return self.samples.mean(jnp.sum(coefficients * self.moments[:degree], -2))

    def averages(self, f: jax.Array) -> Averages:
        """Averages of D*polynomials [k, 2, S]: means to second, covariance to first order in 1/n."""
        mean = self.expect(f)
        on_noise, on_margin = self.constraints(f)
        products = jax.vmap(lambda a: jax.vmap(lambda b: multiply(a, b))(f))(f)
        centred = self.samples.projection - self.a0
        variance = self.samples.mean(centred**2)
        covariance = self.expect(products) - jnp.outer(mean, mean)
        covariance -= jnp.outer(on_noise, on_noise) + jnp.outer(on_margin, on_margin) * variance
        squares = jnp.stack([jnp.zeros_like(centred), jnp.zeros_like(centred), centred**0])
        bend_noise = self.expect(jax.vmap(lambda a: multiply(a, squares))(f)) - mean
        bend_margin = self.expect(f * centred**2) - mean * variance
        bend_margin -= on_margin * self.samples.mean(centred**3)
        shift = bend_noise + jnp.where(variance > 0, bend_margin / _guard(variance), 0.0)
        return Averages(mean - shift / (2 * self.n), covariance / self.n)

    def constraints(self, f: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Regression of D*polynomials [k, 2, S] on the noise and on s m - a0: two arrays [k]."""
        centred = self.samples.projection - self.a0
        variance = self.samples.mean(centred**2)
        shifted = jnp.pad(f, ((0, 0), (1, 0), (0, 0)))
        covariance = self.expect(f * centred)
        return self.expect(shifted), jnp.where(variance > 0, covariance / _guard(variance), 0.0)

    def third_cumulant(self, direction: jax.Array) -> jax.Array:
        """Third cumulant of ``direction`` . (M, N, E) given the constraints."""
        f = jnp.tensordot(direction, self.polynomials(), 1)
        on_noise, on_margin = self.constraints(f[None])
        centred = self.samples.projection - self.a0
        rest = jnp.stack(
            [
                -on_margin[0] * centred - self.expect(f),
                -on_noise[0] * jnp.ones_like(centred),
            ]
        )
        square, mixed = multiply(f, f), multiply(f, rest)
        cubic = multiply(square, f) + 3 * multiply(square, rest) + 3 * multiply(mixed, rest)
        outside = rest[0] ** 3 + 3 * rest[0] * rest[1] ** 2
        return (self.expect(cubic) + self.samples.mean(outside)) / self.n**2


def multiply(left: jax.Array, right: jax.Array) -> jax.Array:
    """Product of polynomials given by coefficients [degree + 1, S]."""
    out = jnp.zeros((left.shape[0] + right.shape[0] - 1, left.shape[1]))
    for power in range(left.shape[0]):
        out = out.at[power : power + right.shape[0]].add(left[power] * right)
    return out


def _guard(value: jax.Array) -> jax.Array:
    return jnp.where(value > 0, value, 1.0)
