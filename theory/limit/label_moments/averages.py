r"""The four averages over labels that decide kappa (R5, R11), and weighted sums."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp


class Moments(eqx.Module):
    r"""Moments of the labels f trained on, in the symmetrised frame; arrays over problems.

    Attributes:
        a: E[m f].
        c: E[s f], with s = +-1 whether the given label is right.
        b: \(E[s f \varepsilon]\), with \(\varepsilon\) the sample's own part of the score's noise.
        v: E f^2.
        label_accuracy: probability that a label trained on is right.
        coverage: probability that a sample is trained on.
    """

    a: jax.Array
    c: jax.Array
    b: jax.Array
    v: jax.Array
    label_accuracy: jax.Array
    coverage: jax.Array


def average(weights: jax.Array, *integrands: jax.Array) -> tuple[jax.Array, ...]:
    """Weighted sums over the last axis.

    One product of all integrands with the weights: XLA does not vectorise sums that it fuses
    with what they add up.
    """
    if weights.shape[-1] == 1:
        return tuple((weights * each)[..., 0] for each in integrands)
    stacked = jnp.stack(jnp.broadcast_arrays(*integrands))
    return tuple(jnp.einsum("i...q,...q->i...", stacked, weights))
