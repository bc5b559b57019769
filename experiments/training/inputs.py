"""From stored features to what a model sees: scaling and augmentation of images, tokens as is."""

from __future__ import annotations

from typing import Protocol

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np


class Inputs(Protocol):
    """Makes inputs of a batch of features; with a key it augments them."""

    def __call__(self, batch: jax.Array, *, key: jax.Array | None) -> jax.Array:
        """Inputs [B, ...] of features [B, ...]."""


class Tokens(eqx.Module):
    """Token numbers, as they are."""

    def __call__(self, batch: jax.Array, *, key: jax.Array | None) -> jax.Array:
        """The batch."""
        return batch


class Images(eqx.Module):
    """Bytes [B, H, W, 3] to float32, each channel scaled by its mean and spread.

    Attributes:
        mean: mean [3] of each channel over the training images.
        spread: standard deviation [3].
        crop: pixels of zero padding out of which a random window is cut.
        flip: whether half of the images are mirrored.
        cutout: side of a random square set to zero.
    """

    mean: jax.Array
    spread: jax.Array
    crop: int = eqx.field(static=True, default=0)
    flip: bool = eqx.field(static=True, default=False)
    cutout: int = eqx.field(static=True, default=0)

    @classmethod
    def of(
        cls, images: np.ndarray, *, crop: int = 0, flip: bool = False, cutout: int = 0
    ) -> Images:
        """The scaling of these training images, and the augmentation asked for."""
        flat = images.reshape(-1, images.shape[-1])
        mean, spread = flat.mean(0, dtype=np.float64), flat.std(0, dtype=np.float64)
        spread = np.maximum(spread, 1.0)  # a channel without contrast stays finite
        return cls(jnp.float32(mean), jnp.float32(spread), crop, flip, cutout)

    def __call__(self, batch: jax.Array, *, key: jax.Array | None) -> jax.Array:
        """Scaled images, augmented where a key is given."""
        images = (batch.astype(jnp.float32) - self.mean) / self.spread
        if key is None:
            return images
        crop, flip, cutout = jax.random.split(key, 3)
        images = random_crop(images, self.crop, key=crop)
        images = random_flip(images, key=flip) if self.flip else images
        return random_cutout(images, self.cutout, key=cutout)


def random_crop(images: jax.Array, reach: int, *, key: jax.Array) -> jax.Array:
    """Each image shifted by up to ``reach`` pixels a direction, zeros moving in."""
    if reach == 0:
        return images
    padded = jnp.pad(images, ((0, 0), (reach, reach), (reach, reach), (0, 0)))
    corners = jax.random.randint(key, (len(images), 2), 0, 2 * reach + 1, jnp.int32)
    size = images.shape[1:]
    zero = jnp.int32(0)
    cut = lambda image, at: jax.lax.dynamic_slice(image, (at[0], at[1], zero), size)  # noqa: E731
    return jax.vmap(cut)(padded, corners)


def random_flip(images: jax.Array, *, key: jax.Array) -> jax.Array:
    """Each image mirrored left to right with probability one half."""
    mirrored = jax.random.bits(key, (len(images), 1, 1, 1), jnp.uint8) < 128
    return jnp.where(mirrored, images[:, :, ::-1], images)


def random_cutout(images: jax.Array, side: int, *, key: jax.Array) -> jax.Array:
    """Each image with a square of ``side`` pixels set to zero, its centre anywhere (DeVries 2017)."""
    if side == 0:
        return images
    count, height, width, _ = images.shape
    centre = jax.random.uniform(key, (2, count, 1), jnp.float32)
    inside = [
        jnp.abs(jnp.arange(size, dtype=jnp.float32) + 0.5 - jnp.floor(at * size) - side % 2 / 2)
        < side / 2
        for size, at in zip((height, width), centre, strict=True)
    ]
    hole = inside[0][:, :, None, None] & inside[1][:, None, :, None]
    return jnp.where(hole, jnp.zeros_like(images), images)
