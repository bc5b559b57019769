"""A small BERT (Devlin et al. 2019) for classification, trained from scratch.

Layers in the original order (attention, add, normalise; dense, add, normalise), Gaussian weights
of spread 0.02. The text's vector is the mean over its tokens instead of the first token's, which a
model without pre-training learns sooner.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.experiments.models.layers import Dense, LayerNorm, dropout, normal

PADDING = 0
SPREAD = 0.02
MINUS_MUCH = -1e9


class Attention(eqx.Module):
    """Self-attention of ``heads`` heads over [N, L, width]; padding is not looked at."""

    inner: Dense
    outer: Dense
    heads: int = eqx.field(static=True)

    def __init__(self, width: int, heads: int, *, key: jax.Array):
        one, two = jax.random.split(key)
        self.inner = Dense(width, 3 * width, key=one, spread=SPREAD)
        self.outer = Dense(width, width, key=two, spread=SPREAD)
        self.heads = heads

    def __call__(self, x: jax.Array, real: jax.Array) -> jax.Array:
        """Mixed vectors [N, L, width]; ``real`` [N, L] marks the tokens that are not padding."""
        count, length, width = x.shape
        parts = self.inner(x).reshape(count, length, 3, self.heads, width // self.heads)
        query, key, value = (jnp.moveaxis(parts[:, :, part], 2, 1) for part in range(3))
        scores = query @ jnp.swapaxes(key, 2, 3) * (width // self.heads) ** -0.5
        hidden = jnp.where(real[:, None, None, :], scores.astype(jnp.float32), MINUS_MUCH)
        mixed = jax.nn.softmax(hidden, axis=-1).astype(x.dtype) @ value
        return self.outer(jnp.moveaxis(mixed, 1, 2).reshape(count, length, width))


class Layer(eqx.Module):
    """Attention and a dense net of one hidden layer, each added to its input and normalised."""

    attention: Attention
    after_attention: LayerNorm
    widen: Dense
    narrow: Dense
    after_dense: LayerNorm
    rate: float = eqx.field(static=True)

    def __init__(self, width: int, heads: int, *, rate: float, key: jax.Array):
        keys = jax.random.split(key, 3)
        self.attention = Attention(width, heads, key=keys[0])
        self.after_attention = LayerNorm(width)
        self.widen = Dense(width, 4 * width, key=keys[1], spread=SPREAD)
        self.narrow = Dense(4 * width, width, key=keys[2], spread=SPREAD)
        self.after_dense = LayerNorm(width)
        self.rate = rate

    def __call__(self, x: jax.Array, real: jax.Array, *, key: jax.Array | None) -> jax.Array:
        """The layer's vectors [N, L, width]; dropout where a key is given."""
        one, two = (None, None) if key is None else jax.random.split(key)
        mixed = dropout(self.attention(x, real), self.rate, key=one)
        x = self.after_attention(x + mixed)
        dense = self.narrow(jax.nn.gelu(self.widen(x)))
        return self.after_dense(x + dropout(dense, self.rate, key=two))


class Bert(eqx.Module):
    """Token numbers [N, L] (0 is padding) to scores [N, classes]."""

    tokens: jax.Array
    positions: jax.Array
    norm: LayerNorm
    layers: list[Layer]
    pool: Dense
    head: Dense
    rate: float = eqx.field(static=True)

    def __init__(
        self,
        classes: int,
        *,
        vocabulary: int,
        length: int,
        width: int = 128,
        layers: int = 2,
        heads: int = 4,
        rate: float = 0.1,
        key: jax.Array,
    ):
        one, two, three, four, *inner = jax.random.split(key, 4 + layers)
        self.tokens = normal(one, (vocabulary, width), SPREAD)
        self.positions = normal(two, (length, width), SPREAD)
        self.norm = LayerNorm(width)
        self.layers = [Layer(width, heads, rate=rate, key=k) for k in inner]
        self.pool = Dense(width, width, key=three, spread=SPREAD)
        self.head = Dense(width, classes, key=four, spread=SPREAD)
        self.rate = rate

    def initial(self) -> None:
        """Nothing moves beside the weights."""
        return None

    def __call__(
        self, x: jax.Array, moving: None, *, train: bool, key: jax.Array | None
    ) -> tuple[jax.Array, None]:
        """Scores; dropout with ``key`` while training."""
        keys = jax.random.split(key, 2 + len(self.layers)) if train and key is not None else None
        each = [None] * (2 + len(self.layers)) if keys is None else list(keys)
        real = x != PADDING
        vectors = self.norm(self.tokens[x] + self.positions[: x.shape[1]])
        vectors = dropout(vectors, self.rate, key=each[0])
        for layer, own in zip(self.layers, each[2:], strict=True):
            vectors = layer(vectors, real, key=own)
        pooled = jnp.tanh(self.pool(_mean(vectors, real)))
        return self.head(dropout(pooled, self.rate, key=each[1])).astype(jnp.float32), None


def _mean(vectors: jax.Array, real: jax.Array) -> jax.Array:
    """Mean vector [N, width] over the real tokens."""
    share = real.astype(vectors.dtype)[:, :, None]
    return (vectors * share).sum(1) / jnp.maximum(share.sum(1), 1)
