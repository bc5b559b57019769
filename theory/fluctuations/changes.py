r"""Moments of the changed labels given \(a_0\) and \(R\) (R20).

A label is changed when \(\varepsilon < -(R + s\,m\,\kappa_0)\).  With D the indicator of that,
everything R3 needs is three averages: \(M = \overline{s m D}\), \(N = \overline{D}\) and
\(E = \overline{\varepsilon D}\); \(a_1 = a_0 - 2M\), \(c = 1 - 2N\), \(b = -2E\) (the
\(\varepsilon_i\) sum to zero).  Given \(a_0\) and \(R\) the thresholds are fixed and the samples
are independent up to two linear constraints: \(\overline{\varepsilon} = 0\) and
\(\overline{s m} = a_0\).

A contribution of one sample is D times a polynomial in its noise, given by coefficients
[degree + 1, S] over the nodes of (s, m).
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr
from jax.scipy.stats import norm

from relabel_lab.theory.fluctuations.conditioning import Samples

NORMAL_MOMENTS = (1.0, 0.0, 1.0, 0.0)


class Averages(NamedTuple):
    """Cumulants of k averages: mean [k] (to second order), [k, k] and [k, k, k]."""

    mean: jax.Array
    covariance: jax.Array
    third: jax.Array


class Changes(NamedTuple):
    """Nodes of (s, m) with the partial moments [4, S] of the noise of a changed label."""

    samples: Samples
    moments: jax.Array
    a0: jax.Array
    n: jax.Array

    @classmethod
    def at(
        cls, law: Samples, a0: jax.Array, kappa0: jax.Array, radius: jax.Array, n: jax.Array
    ) -> Changes:
        """Changes under thresholds R + s m kappa0."""
        return cls(law, partial_moments(radius + law.projection * kappa0), a0, n)

    def contributions(self) -> jax.Array:
        """Polynomials of (M, N, E), [3, 2, S]."""
        one = jnp.ones_like(self.samples.sign)
        zero = jnp.zeros_like(one)
        rows = [(self.samples.projection, zero), (one, zero), (zero, one)]
        return jnp.stack([jnp.stack(row) for row in rows])

    def expect(self, polynomial: jax.Array) -> jax.Array:
        """E[D * polynomial]; coefficients [..., degree + 1, S], degree <= 3."""
        moments = self.moments[: polynomial.shape[-2]]
        return self.samples.mean(jnp.sum(polynomial * moments, -2))

    def expect_all(self, polynomial: jax.Array) -> jax.Array:
        """E[polynomial], over changed and unchanged labels."""
        moments = jnp.asarray(NORMAL_MOMENTS[: polynomial.shape[-2]])
        return self.samples.mean(jnp.sum(polynomial * moments[:, None], -2))

    def averages(self, f: jax.Array) -> Averages:
        """Law of the averages of D * f [k, 2, S], given both constraints."""
        mean = self.expect(f)
        centred = self.samples.projection - self.a0
        variance = self.samples.mean(centred**2)
        inverse = jnp.where(variance > 0, 1 / jnp.where(variance > 0, variance, 1.0), 0.0)
        on_margin = self.expect(f * centred) * inverse
        on_noise = self.expect(_raise(f, 1))
        rest = -jnp.stack(
            [mean[:, None] + on_margin[:, None] * centred, on_noise[:, None] + 0 * centred], 1
        )
        bend = self.expect(_raise(f, 2)) - mean
        bend += (self.expect(f * centred**2) - mean * variance) * inverse
        bend -= on_margin * self.samples.mean(centred**3) * inverse
        pair = [multiply(g[:, None], g[None]) for g in (f + rest, rest)]
        triple = [
            multiply(p[:, :, None], g[None, None])
            for p, g in zip(pair, (f + rest, rest), strict=True)
        ]
        return Averages(
            mean - bend / (2 * self.n),
            self._joint(*pair) / self.n,
            self._joint(*triple) / self.n**2,
        )

    def _joint(self, changed: jax.Array, kept: jax.Array) -> jax.Array:
        """Expectation of ``changed`` where the label changes and ``kept`` elsewhere."""
        return self.expect(changed - kept) + self.expect_all(kept)


def with_chi_square(averages: Averages, free: jax.Array, n: jax.Array) -> Averages:
    """Append the independent chi-square with ``free`` degrees of freedom, divided by n."""
    mean, covariance, third = averages
    k = mean.shape[0]
    return Averages(
        jnp.append(mean, free / n),
        jnp.pad(covariance, ((0, 1),) * 2).at[k, k].set(2 * free / n**2),
        jnp.pad(third, ((0, 1),) * 3).at[k, k, k].set(8 * free / n**3),
    )


def with_constant(averages: Averages, value: jax.Array) -> Averages:
    """Append something known."""
    mean, covariance, third = averages
    wider = (jnp.pad(cumulant, ((0, 1),) * cumulant.ndim) for cumulant in (covariance, third))
    return Averages(jnp.append(mean, value), *wider)


def partial_moments(threshold: jax.Array) -> jax.Array:
    r"""\(E[g^k\,1\{g < -t\}]\) for k = 0..3, g standard normal; shape [4, ...]."""
    density, tail = norm.pdf(threshold), ndtr(-threshold)
    return jnp.stack([tail, -density, tail + threshold * density, -(threshold**2 + 2) * density])


def multiply(left: jax.Array, right: jax.Array) -> jax.Array:
    """Product of polynomials with coefficients [..., degree + 1, S]."""
    terms = [
        _raise(left * right[..., k : k + 1, :], k, right.shape[-2] - 1 - k)
        for k in range(right.shape[-2])
    ]
    return sum(terms[1:], terms[0])


def _raise(polynomial: jax.Array, low: int, high: int = 0) -> jax.Array:
    """Multiply by noise**low and pad with ``high`` zero coefficients."""
    widths = [(0, 0)] * (polynomial.ndim - 2) + [(low, high), (0, 0)]
    return jnp.pad(polynomial, widths)
