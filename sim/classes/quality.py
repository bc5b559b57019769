r"""Kappa and population accuracy of a linear classifier of K classes (R22).

On class y its scores are normal with mean column y of a matrix U and a common covariance C.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from relabel_lab.sim.classes.chi_tail import log_chi_tail

PAIRS = 64  # opposite directions; one pair is exact for two classes


def kappa(means: jax.Array, covariance: jax.Array) -> jax.Array:
    r"""\(\mathrm{tr}(U)/\sqrt{2(K-1)\,\mathrm{tr}\,C}\), U and C in the space of contrasts.

    The average signal between two classes over the noise of their difference: kappa of R1 at
    K = 2.  Parts of U and C that favour single classes enter the accuracy in second order only.

    Args:
        means: H^T U [K - 1, K - 1], i.e. contrasts on both sides.
        covariance: H^T C H [K - 1, K - 1].
    """
    signal, noise = jnp.trace(means), jnp.trace(covariance)
    lost = (noise == 0) & (signal == 0)  # no label left: the zero classifier
    return jnp.where(lost, 0, signal / jnp.sqrt(2 * len(means) * jnp.where(lost, 1, noise)))


def directions(key: jax.Array, classes: int) -> jax.Array:
    """Unit vectors [2 PAIRS, K - 1] in opposite pairs; two vectors where K = 2."""
    if classes == 2:
        return jnp.array([[1.0], [-1.0]])
    normal = jax.random.normal(key, (PAIRS, classes - 1), jnp.float64)
    unit = normal / jnp.linalg.norm(normal, axis=1, keepdims=True)
    return jnp.concatenate([unit, -unit])


def log_error(means: jax.Array, covariance: jax.Array, along: jax.Array) -> jax.Array:
    r"""Log of the population error, averaged over classes.

    Noise of direction u and length \(R \sim \chi_{K-1}\) moves the scores of class y along a ray,
    which leaves the region of y at a length found exactly; so only directions are sampled.

    Args:
        means: U [K, K], column y the mean scores of class y.
        covariance: C [K, K].
        along: directions of `directions`.
    """
    classes = len(means)
    values, vectors = jnp.linalg.eigh(covariance)  # ascending: the first is the common shift, 0
    root = vectors[:, 1:] * jnp.sqrt(jnp.maximum(values[1:], 0))
    moves = along @ root.T  # [directions, K]

    def of_class(y: jax.Array) -> jax.Array:
        lead = means[y, y] - means[:, y]
        change = moves[:, y, None] - moves
        other = jnp.arange(classes) != y
        return _log_wrong(lead, change, other, classes - 1)

    each = jax.lax.map(of_class, jnp.arange(classes), batch_size=min(classes, 10))
    return jax.nn.logsumexp(each) - jnp.log(each.size)


def _log_wrong(lead: jax.Array, change: jax.Array, other: jax.Array, freedom: int) -> jax.Array:
    """Log-probability [directions] that lead + R change <= 0 for some rival."""
    moving = jnp.where(change == 0, 1.0, change)
    crossing = -lead / moving
    last = jnp.min(jnp.where(other & (change < 0), crossing, jnp.inf), axis=1)
    first = jnp.max(jnp.where(other & (change > 0), crossing, 0.0), axis=1)
    stuck = jnp.any(other & (change == 0) & (lead <= 0), axis=1)
    never = stuck | (last <= first)
    beyond = log_chi_tail(jnp.maximum(last, 0.0), freedom)
    before = jnp.log(-jnp.expm1(log_chi_tail(first, freedom)))  # -inf where the mean is right
    return jnp.where(never, 0.0, jnp.minimum(jnp.logaddexp(beyond, before), 0.0))
