"""Whitened random patches as convolution filters (after Coates and Ng 2011), no training.

A patch of raw pixels is centred and scaled by its own spread (plus a constant), then whitened over
patches; the filters are whitened patches of unit length.  The response of filter f to a patch x is
⟨f, W(x̂ − m)⟩, computed by three convolutions since x̂ is x up to a shift and a factor.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

CONTRAST = 10.0
"""Added to a patch's variance (pixels of 0 to 255), so that flat patches are not blown up."""
FLOOR = 0.1
"""Added to the eigenvalues of the patch covariance before whitening."""
THRESHOLD = 0.25
"""Of the two-sided soft threshold of responses."""


@dataclass(frozen=True)
class Filters:
    """Filters [count, size, size, 3] and the offset [count] of their responses."""

    kernels: np.ndarray
    offsets: np.ndarray


def random_filters(pixels: np.ndarray, count: int, size: int, seed: int) -> Filters:
    """Filters from randomly chosen patches of images [n, height, width, 3]."""
    rng = np.random.default_rng(seed)
    sample = normalised(cut(pixels, 100 * 1000 if len(pixels) > 5000 else 10000, size, rng))
    mean = sample.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(sample - mean, rowvar=False))
    whiten = (vectors / np.sqrt(values + FLOOR)) @ vectors.T
    chosen = (sample[rng.choice(len(sample), count, replace=False)] - mean) @ whiten
    unit = chosen / np.linalg.norm(chosen, axis=1, keepdims=True)
    kernels = unit @ whiten
    shape = (count, size, size, 3)
    return Filters(kernels.reshape(shape).astype(np.float32), (kernels @ mean).astype(np.float32))


def cut(pixels: np.ndarray, count: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Random patches [count, size·size·3] as float64."""
    _, height, width, _ = pixels.shape
    image = rng.integers(len(pixels), size=count)
    top, left = (rng.integers(side - size + 1, size=count) for side in (height, width))
    span = np.arange(size)
    rows, columns = top[:, None, None] + span[:, None], left[:, None, None] + span
    return pixels[image[:, None, None], rows, columns].reshape(count, -1).astype(np.float64)


def normalised(patches: np.ndarray) -> np.ndarray:
    """Patches centred and divided by their own spread."""
    centred = patches - patches.mean(axis=1, keepdims=True)
    return centred / np.sqrt(centred.var(axis=1, keepdims=True) + CONTRAST)


@jax.jit
def pooled(filters: tuple[jax.Array, jax.Array], pixels: jax.Array) -> jax.Array:
    """Features [n, 8·count]: thresholded responses of both signs averaged over quadrants."""
    kernels, offsets = filters
    images = pixels.astype(jnp.float32) - 128.0
    area = kernels[0].size
    ones = jnp.ones((1, *kernels.shape[1:]), jnp.float32)
    mean = _convolve(images, ones) / area
    spread = jnp.sqrt(_convolve(images**2, ones) / area - mean**2 + CONTRAST)
    raw = _convolve(images, kernels) - mean * kernels.sum(axis=(1, 2, 3))
    response = raw / spread - offsets
    signed = (response - THRESHOLD, -response - THRESHOLD)
    parts = [_quadrants(jax.nn.relu(side)) for side in signed]
    return jnp.concatenate(parts, axis=1)


def _convolve(images: jax.Array, kernels: jax.Array) -> jax.Array:
    """Valid correlation [n, rows, columns, count]."""
    return jax.lax.conv_general_dilated(
        images, kernels, (1, 1), "VALID", dimension_numbers=("NHWC", "OHWI", "NHWC")
    )


def _quadrants(maps: jax.Array) -> jax.Array:
    """Means [n, 4·count] over the quadrants of maps [n, rows, columns, count]."""
    rows, columns = (side // 2 for side in maps.shape[1:3])
    halves = (maps[:, :rows], maps[:, rows:])
    quarters = [part for half in halves for part in (half[:, :, :columns], half[:, :, columns:])]
    return jnp.concatenate([quarter.mean(axis=(1, 2)) for quarter in quarters], axis=1)
