"""Numbers of events with a given mean and a variance below it: binomial, at most Poisson."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.scipy.special import gammaln, xlogy


def _trials(mean: jax.Array, variance: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Number of trials (not whole) and success probability with these two moments."""
    success = jnp.clip(1 - variance / jnp.where(mean > 0, mean, 1.0), 1e-6, 0.999)
    return mean / success, success


def no_event(mean: jax.Array, variance: jax.Array) -> jax.Array:
    """Probability of no event."""
    trials, success = _trials(mean, variance)
    return jnp.exp(trials * jnp.log1p(-success))


def counts(mean: jax.Array, variance: jax.Array, size: int) -> tuple[jax.Array, jax.Array]:
    """Whole numbers [size] around ``mean`` and their binomial (at least Poisson) chances."""
    first = jnp.maximum(jnp.floor(mean - 7 * jnp.sqrt(mean) - 3), 0.0)
    number = first + jnp.arange(size)
    trials, success = _trials(mean, variance)
    possible = number <= trials
    failures = jnp.where(possible, trials - number, 0.0)
    log_chance = gammaln(trials + 1) - gammaln(number + 1) - gammaln(failures + 1)
    log_chance += xlogy(number, success) + failures * jnp.log1p(-success)
    log_chance = jnp.where(possible | (number == 0), log_chance, -jnp.inf)
    chance = jnp.exp(log_chance - jnp.max(log_chance))
    return number, chance / jnp.sum(chance)
