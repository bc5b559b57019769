"""Delta method to second order, one Edgeworth term, and a gamma law for few events."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr
from jax.scipy.stats import norm

from relabel_lab.theory.fluctuations.shape import Jet


class Cumulants(NamedTuple):
    """First three cumulants of a scalar, arrays of one shape."""

    mean: jax.Array
    variance: jax.Array
    third: jax.Array

    def positive(self) -> jax.Array:
        """P(scalar > 0) by the first Edgeworth term."""
        spread = jnp.sqrt(jnp.where(self.variance > 0, self.variance, 1.0))
        z = -self.mean / spread
        skewness = self.third / spread**3
        chance = ndtr(-z) + skewness / 6 * (z**2 - 1) * norm.pdf(z)
        return self._or_exact(jnp.clip(chance, 0.0, 1.0))

    def positive_gamma(self) -> jax.Array:
        """P(scalar > 0) for a shifted gamma law with these cumulants (Wilson-Hilferty).

        Exact to about 0.003 down to a single exponential, where an Edgeworth term fails.
        """
        spread = jnp.sqrt(jnp.where(self.variance > 0, self.variance, 1.0))
        skewness = self.third / spread**3
        shape = 4 / jnp.maximum(jnp.abs(skewness), 1e-4) ** 2
        level = 1 - jnp.sign(skewness) * self.mean / spread / jnp.sqrt(shape)
        root = jnp.cbrt(jnp.maximum(level, 0.0))
        below = ndtr(3 * jnp.sqrt(shape) * (root - 1 + 1 / (9 * shape)))
        return self._or_exact(jnp.where(skewness > 0, 1 - below, below))

    def doubt(self) -> jax.Array:
        """How far two laws with these three cumulants are apart: what the next term may change."""
        return jnp.abs(self.positive() - self.positive_gamma())

    def _or_exact(self, chance: jax.Array) -> jax.Array:
        return jnp.where(self.variance > 0, chance, (self.mean > 0).astype(chance.dtype))


def propagate(jet: Jet, covariance: jax.Array, third: jax.Array) -> Cumulants:
    """Cumulants of a function of averages with central cumulants [k, k] and [k, k, k]."""
    bend, reach = jet.curvature @ covariance, covariance @ jet.gradient
    return Cumulants(
        jet.value + jnp.trace(bend) / 2,
        jet.gradient @ reach + jnp.trace(bend @ bend) / 2,
        jnp.einsum("abc,a,b,c", third, jet.gradient, jet.gradient, jet.gradient)
        + 3 * reach @ jet.curvature @ reach,
    )


def joint_law(jets: Jet, covariance: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Mean [f] and covariance [f, f] of functions of a Gaussian, both to second order."""
    slope, bend = jets.gradient, jets.curvature @ covariance
    half = slope @ covariance @ slope.T / 2 + jnp.einsum("aij,bji->ab", bend, bend) / 4
    half += slope @ covariance @ jets.drift.T
    return jets.value + jnp.trace(bend, axis1=1, axis2=2) / 2, half + half.T


def skewed(jets: Jet, third: jax.Array) -> jax.Array:
    """What third cumulants [k, k, k] add to the covariance [f, f] of `joint_law`."""
    half = jnp.einsum("ai,ijk,bjk->ab", jets.gradient, third, jets.curvature) / 2
    return half + half.T
