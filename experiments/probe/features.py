"""Fixed features of all images: pooled patch responses, standardised, reduced by PCA; cached.

Clean labels play no part.  The features are scaled by one number so that a coordinate has variance
one on average over coordinates; their spectrum stays what it is.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import jax.numpy as jnp
import numpy as np

from relabel_lab.experiments.data import ImageSet
from relabel_lab.experiments.probe.patches import pooled, random_filters

BATCH = 100


@dataclass(frozen=True)
class FeatureSettings:
    """How features are made: filters and their size, principal components, seed of the filters."""

    filters: int = 400
    size: int = 6
    components: int = 512
    seed: int = 0


@dataclass(frozen=True)
class Features:
    """Features of training and test images, float32 [n, components], and their spectrum.

    Attributes:
        train: training images, mean zero.
        test: test images in the same coordinates.
        spectrum: variances of the coordinates over the training images, mean one.
        explained: share of the variance of the pooled features that the components keep.
    """

    train: np.ndarray
    test: np.ndarray
    spectrum: np.ndarray
    explained: float


def cached_features(
    images: ImageSet,
    settings: FeatureSettings,
    folder: Path,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Features:
    """Features from the cache in ``folder``, made and kept there where they are missing."""
    path = folder / f"features-{_digest(images, settings)}.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as file:
            return Features(file["train"], file["test"], file["spectrum"], float(file["explained"]))
    made = make_features(images, settings, step)
    folder.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as file:
        np.savez(file, **asdict(made))
    beside.replace(path)
    return made


def make_features(
    images: ImageSet,
    settings: FeatureSettings,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Features:
    """Features of one image set."""
    found = random_filters(images.train.pixels, settings.filters, settings.size, settings.seed)
    filters = (jnp.asarray(found.kernels), jnp.asarray(found.offsets))
    total = len(images.train.labels) + len(images.test.labels)
    train = _responses(filters, images.train.pixels, lambda done: step(done, total))
    seen = len(images.train.labels)
    test = _responses(filters, images.test.pixels, lambda done: step(seen + done, total))
    return reduce(train, test, settings.components)


def reduce(train: np.ndarray, test: np.ndarray, components: int) -> Features:
    """Standardise by the training images, keep the leading components, scale to variance one."""
    mean, spread = train.mean(axis=0), train.std(axis=0) + 1e-6
    for part in (train, test):
        part -= mean
        part /= spread
    values, vectors = np.linalg.eigh(np.asarray(train.T @ train, np.float64) / len(train))
    kept = slice(-1, -1 - min(components, len(values)), -1)
    scale = np.sqrt(values[kept].mean())
    basis = (vectors[:, kept] / scale).astype(np.float32)
    explained = float(values[kept].sum() / values.sum())
    return Features(train @ basis, test @ basis, values[kept] / scale**2, explained)


def _responses(
    filters: tuple[jnp.ndarray, jnp.ndarray], pixels: np.ndarray, step: Callable[[int], None]
) -> np.ndarray:
    found = np.empty((len(pixels), 8 * len(filters[1])), dtype=np.float32)
    for start in range(0, len(pixels), BATCH):
        part = pixels[start : start + BATCH]
        padded = np.concatenate([part, np.zeros((BATCH - len(part), *part.shape[1:]), part.dtype)])
        found[start : start + BATCH] = np.asarray(pooled(filters, padded))[: len(part)]
        step(start + len(part))
    return found


def _digest(images: ImageSet, settings: FeatureSettings) -> str:
    """What the features depend on, as twelve letters."""
    sizes = (images.train.pixels.shape, images.test.pixels.shape)
    told = json.dumps([asdict(settings), images.files, sizes], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]
