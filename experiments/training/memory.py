"""Memory of a training, from shapes alone: nothing is compiled or allocated."""

from __future__ import annotations

import math
from typing import Any

import equinox as eqx
import jax
import numpy as np

from relabel_lab.experiments.training.recipe import Recipe
from relabel_lab.experiments.training.step import apply_model, fresh_states
from relabel_lab.experiments.training.training import Task

WORKING = 2  # gradients of activations are as large as what is kept for them


def bytes_of_training(task: Task, recipe: Recipe, features: np.ndarray) -> int:
    """Bytes that one replicate needs beside the features: weights, optimiser and a step's work."""
    key = jax.random.key(0)
    state = jax.eval_shape(lambda k: fresh_states(task.make, recipe, k[None]), key)
    batch = jax.ShapeDtypeStruct((recipe.batch, *features.shape[1:]), features.dtype)
    kept = jax.eval_shape(lambda k, b: _residuals(task, recipe, k, b), key, batch)
    return 2 * _size(state) + WORKING * _size(kept)


def _residuals(task: Task, recipe: Recipe, key: jax.Array, batch: jax.Array) -> Any:
    """What the backward pass of one step keeps from the forward pass."""
    model = task.make(key)
    weights, frame = eqx.partition(model, eqx.is_inexact_array)
    seen = task.inputs(batch, key=key)

    def scores(weights: Any) -> jax.Array:
        return apply_model(weights, model.initial(), frame, recipe, seen, train=True, key=key)[0]

    return jax.vjp(scores, weights)[1]


def _size(tree: Any) -> int:
    return sum(math.prod(leaf.shape) * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree))
