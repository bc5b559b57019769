"""Features, noisy held-out rows and labels that the cells on fixed features share."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.experiments.labels import Mechanism

HELD_OUT_SEED = 0
"""The held-out rows are the same in every cell, so that features are shared."""


@dataclass(frozen=True)
class Inputs:
    """What all cells share.

    Attributes:
        train: columns of the images trained on, [d + 1, n].
        held: columns of the images held out with noisy labels.
        test: columns of the test images.
        rows, held_rows: places of train and held in the list of training images.
        clean: clean labels of all training images; only mechanisms and scores read them.
        test_labels: clean labels of the test images.
        classes: number of classes K.
    """

    train: jax.Array
    held: jax.Array
    test: jax.Array
    rows: np.ndarray
    held_rows: np.ndarray
    clean: np.ndarray
    test_labels: np.ndarray
    classes: int


def split(
    train: np.ndarray,
    test: np.ndarray,
    clean: np.ndarray,
    test_labels: np.ndarray,
    classes: int,
    held_out: int,
) -> Inputs:
    """Hold out ``held_out`` random training images; features [n, d] become columns."""
    order = np.random.default_rng(HELD_OUT_SEED).permutation(len(clean))
    held, rows = np.sort(order[:held_out]), np.sort(order[held_out:])
    columns = with_intercept(train)
    parts = (jnp.asarray(np.ascontiguousarray(columns[:, place])) for place in (rows, held))
    kept, kept_out = parts
    tested = jnp.asarray(with_intercept(test))
    return Inputs(kept, kept_out, tested, rows, held, clean, test_labels, classes)


def with_intercept(features: np.ndarray) -> np.ndarray:
    """Features [n, d] as columns [d + 1, n] with a row of ones."""
    ones = np.ones((1, len(features)), np.float32)
    return np.concatenate([np.ascontiguousarray(features.T, np.float32), ones])


def without_intercept(columns: jax.Array) -> np.ndarray:
    """Columns [d + 1, n] as features [n, d]."""
    return np.ascontiguousarray(np.asarray(columns)[:-1].T)


def root_key(seed: int) -> jax.Array:
    """Key of a replicate."""
    return jax.random.fold_in(jax.random.key(0), seed)


def noisy_labels(inputs: Inputs, mechanism: Mechanism, seed: int) -> np.ndarray:
    """Given labels of all training images: one draw a mechanism and seed, whatever is trained."""
    return mechanism.draw(inputs.clean, key=jax.random.fold_in(root_key(seed), 0))
