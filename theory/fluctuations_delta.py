"""Delta method to second order and one Edgeworth term."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr
from jax.scipy.stats import norm


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
        exact = (self.mean > 0).astype(chance.dtype)
        return jnp.where(self.variance > 0, jnp.clip(chance, 0.0, 1.0), exact)

    def positive_gamma(self) -> jax.Array:
        """P(scalar > 0) for a shifted gamma law with these cumulants (Wilson-Hilferty).

        Exact to about 0.003 down to a single exponential, where an Edgeworth term fails.
        """
        spread = jnp.sqrt(jnp.where(self.variance > 0, self.variance, 1.0))
        skewness = self.third / spread**3
        size = jnp.maximum(jnp.abs(skewness), 1e-4)
        shape = 4 / size**2
        level = jnp.maximum(1 - jnp.sign(skewness) * self.mean / spread / jnp.sqrt(shape), 0.0)
        below = ndtr(3 * jnp.sqrt(shape) * (jnp.cbrt(level) - 1 + 1 / (9 * shape)))
        chance = jnp.where(skewness > 0, 1 - below, below)
        exact = (self.mean > 0).astype(chance.dtype)
        return jnp.where(self.variance > 0, chance, exact)


def propagate(
    function: Callable[[jax.Array], jax.Array],
    mean: jax.Array,
    covariance: jax.Array,
    third: Callable[[jax.Array], jax.Array],
) -> Cumulants:
    """Cumulants of ``function`` of averages [k]; ``third(g)`` is the third cumulant of g . x."""
    gradient = jax.grad(function)(mean)
    bend = jax.hessian(function)(mean) @ covariance
    reach = covariance @ gradient
    return Cumulants(
        function(mean) + jnp.trace(bend) / 2,
        gradient @ reach + jnp.trace(bend @ bend) / 2,
        third(gradient) + 3 * gradient @ bend @ reach,
    )
