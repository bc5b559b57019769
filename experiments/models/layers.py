"""Layers that images and texts share: dense maps, initial weights, arithmetic in fewer bits."""

from __future__ import annotations

import math
from typing import TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp

LAYER_NORM_EPSILON = 1e-5
Tree = TypeVar("Tree")


class Dense(eqx.Module):
    """x [..., inputs] -> x @ weight + bias [..., outputs]."""

    weight: jax.Array
    bias: jax.Array

    def __init__(self, inputs: int, outputs: int, *, key: jax.Array, spread: float | None = None):
        spread = inputs**-0.5 if spread is None else spread
        self.weight = normal(key, (inputs, outputs), spread)
        self.bias = jnp.zeros(outputs, jnp.float32)

    def __call__(self, x: jax.Array) -> jax.Array:
        """The affine map of the last axis, as one product of two matrices: XLA's fastest on CPU."""
        flat = x.reshape(-1, x.shape[-1])
        return (flat @ self.weight + self.bias).reshape(*x.shape[:-1], -1)


class LayerNorm(eqx.Module):
    """Each vector of the last axis to mean 0 and variance 1, then scaled and shifted."""

    scale: jax.Array
    shift: jax.Array

    def __init__(self, width: int):
        self.scale = jnp.ones(width, jnp.float32)
        self.shift = jnp.zeros(width, jnp.float32)

    def __call__(self, x: jax.Array) -> jax.Array:
        """The normalised vectors, computed in 32 bits, in the type of ``x``."""
        wide = x.astype(jnp.float32)
        centred = wide - wide.mean(-1, keepdims=True)
        variance = jnp.square(centred).mean(-1, keepdims=True)
        unit = centred * jax.lax.rsqrt(variance + LAYER_NORM_EPSILON)
        return unit.astype(x.dtype) * self.scale + self.shift


def normal(key: jax.Array, shape: tuple[int, ...], spread: float) -> jax.Array:
    """Independent N(0, spread²) weights in 32 bits."""
    return spread * jax.random.normal(key, shape, jnp.float32)


def dropout(x: jax.Array, rate: float, *, key: jax.Array | None) -> jax.Array:
    """Entries set to zero with probability ``rate``, the others scaled up; as it is without key.

    The rate is rounded to a multiple of 1/256: a random byte an entry costs a processor a quarter
    of what a random word does, and drawing is most of dropout's cost.
    """
    level = round(256 * rate)
    if key is None or level == 0:
        return x
    kept = random_bytes(key, x.shape) >= level
    return jnp.where(kept, x * (256 / (256 - level)), jnp.zeros_like(x))


def random_bytes(key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    """Independent uniform bytes, four out of each random word."""
    count = math.prod(shape)
    words = jax.random.bits(key, (-(-count // 4),), jnp.uint32)
    return jax.lax.bitcast_convert_type(words, jnp.uint8).reshape(-1)[:count].reshape(shape)


def in_precision(tree: Tree, dtype: jnp.dtype) -> Tree:
    """The tree with every array of real numbers cast to ``dtype``."""
    return jax.tree.map(
        lambda leaf: leaf.astype(dtype) if eqx.is_inexact_array(leaf) else leaf, tree
    )
