"""Losses of a batch: cross-entropy, forward correction, and both under mixup."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

Array = jax.Array | np.ndarray


class Targets(NamedTuple):
    """What a batch is trained towards.

    Attributes:
        labels: labels [B].
        weights: weights [B].
        likelihood: P(label | true = k), [B, K], for forward correction; else None.
    """

    labels: Array
    weights: Array
    likelihood: Array | None


def sample_losses(scores: jax.Array, targets: Targets) -> jax.Array:
    """Loss [B] of scores [B, K].

    Cross-entropy -log p_label; with forward correction (Patrini et al. 2017) the negative
    log-likelihood of the given label, -log Σ_k p_k P(label | true = k).
    """
    if targets.likelihood is None:
        return optax.softmax_cross_entropy_with_integer_labels(scores, targets.labels)
    told = jax.nn.log_softmax(scores) + jnp.log(targets.likelihood)
    return -jax.nn.logsumexp(told, axis=-1)


def batch_loss(scores: jax.Array, targets: Targets) -> jax.Array:
    """Weighted mean of the sample losses."""
    weights = targets.weights
    return (weights * sample_losses(scores, targets)).sum() / weights.sum()


def mixed_loss(scores: jax.Array, targets: Targets, share: jax.Array) -> jax.Array:
    """Loss of inputs mixed by `mix`: ``share`` of one's own target, the rest of the partner's."""
    partner = jax.tree.map(lambda leaf: leaf[::-1], targets)
    return share * batch_loss(scores, targets) + (1.0 - share) * batch_loss(scores, partner)


def mix(inputs: jax.Array, share: jax.Array) -> jax.Array:
    """Each input mixed with its partner, the batch in reverse order (batches are shuffled)."""
    return share * inputs + (1.0 - share) * inputs[::-1]


def draw_share(strength: float, *, key: jax.Array) -> jax.Array:
    """Weight of a batch's own inputs, Beta(strength, strength), as in Zhang et al. 2018."""
    return jax.random.beta(key, strength, strength, dtype=jnp.float32)
