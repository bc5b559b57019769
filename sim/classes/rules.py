"""What the schemes make of scores when there are K classes (R22)."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import reject
from relabel_lab.sim.schemes import Confident, Consensus, CrossFit, Full, Initial, Scheme

SERVED = (Initial, Full, Consensus, CrossFit, Confident)
"""Schemes with a meaning for K classes; rules of one real score have none."""


class Labels(NamedTuple):
    """Labels to train on.

    Attributes:
        label: class of every sample, [N].
        used: whether the sample is trained on, [N].
    """

    label: jax.Array
    used: jax.Array


def serves(scheme: Scheme) -> bool:
    """Whether the scheme is defined for K classes."""
    return type(scheme) in SERVED


def check(scheme: Scheme, n: int) -> None:
    """Refuse a scheme that is not defined for K classes, or more folds than samples."""
    if not serves(scheme):
        allowed = "initial, full, consensus, crossfit:K or confident:Q where classes > 2"
        raise reject("scheme", scheme.name, allowed)
    if isinstance(scheme, CrossFit) and int(scheme.folds) > n:
        raise reject("crossfit folds", scheme.folds, f"at most n = {n}")


def relabel(scheme: Scheme, scores: jax.Array, given: jax.Array, inside: jax.Array) -> Labels:
    """Labels from scores [N, K] and given labels [N]; ``inside`` marks the samples that exist."""
    predicted = jnp.argmax(scores, axis=-1).astype(given.dtype)
    if isinstance(scheme, Confident):
        return Labels(predicted, _confident(scores, scheme.share, inside))
    return _chosen(scheme, predicted, given, inside)


def _chosen(scheme: Scheme, predicted: jax.Array, given: jax.Array, inside: jax.Array) -> Labels:
    """Rules that need no score beyond the winner."""
    if isinstance(scheme, Initial):
        return Labels(given, inside)
    if isinstance(scheme, Consensus):
        return Labels(predicted, inside & (predicted == given))
    return Labels(predicted, inside)


def _confident(scores: jax.Array, share: float, inside: jax.Array) -> jax.Array:
    """The share of samples (rounded up) whose top score leads the runner-up by most."""
    best = jax.lax.top_k(scores, 2)[0]
    lead = jnp.where(inside, best[:, 0] - best[:, 1], -1)
    kept = jnp.ceil(share * jnp.sum(inside)).astype(int)
    return inside & (lead >= jnp.sort(lead)[lead.size - kept])


def winners(scores: jax.Array) -> jax.Array:
    """Class of the largest of scores [K, N].

    Row by row, which runs along samples; as a loop it is computed once, not once a use.
    """

    def challenge(
        best: tuple[jax.Array, ...], row: jax.Array
    ) -> tuple[tuple[jax.Array, ...], None]:
        top, who, number = best
        beaten = row > top
        return (jnp.where(beaten, row, top), jnp.where(beaten, number, who), number + 1), None

    start = (scores[0], jnp.zeros(scores.shape[1], jnp.int32), jnp.int32(1))
    return jax.lax.scan(challenge, start, scores[1:])[0][1]


def relabel_columns(
    scheme: Scheme, scores: jax.Array, predicted: jax.Array, sample: tuple[jax.Array, jax.Array]
) -> Labels:
    """As `relabel` for scores [K, N], their `winners`, and (given labels, which exist)."""
    if isinstance(scheme, Confident):
        return Labels(predicted, _confident(scores.T, scheme.share, sample[1]))
    return _chosen(scheme, predicted, *sample)
