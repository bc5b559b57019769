"""Optimisers and schedules, from optax; rate and decay are arguments, so one program serves all."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from relabel_lab.experiments.training.losses import Array
from relabel_lab.experiments.training.recipe import Recipe

MOMENTUM = 0.9


def transform(recipe: Recipe, decay: Array | float) -> optax.GradientTransformation:
    """From gradients to a direction of descent, to be multiplied by minus the rate."""
    clip = [] if recipe.clip is None else [optax.clip_by_global_norm(recipe.clip)]
    shrink = optax.add_decayed_weights(decay, mask=_matrices)
    if recipe.optimiser == "sgd":
        return optax.chain(*clip, shrink, optax.trace(MOMENTUM, nesterov=True))
    return optax.chain(*clip, optax.scale_by_adam(), shrink)


def shares_of_rate(recipe: Recipe, steps: int) -> np.ndarray:
    """Learning rate over the largest one at each of ``steps`` steps, float32."""
    warm = round(recipe.warmup * steps)
    rest = max(steps - warm, 1)
    schedule = optax.join_schedules(
        [optax.linear_schedule(1.0 / (warm + 1), 1.0, warm), _AFTER[recipe.schedule](rest)], [warm]
    )
    return np.asarray(jax.vmap(schedule)(jnp.arange(steps)), np.float32)


def _matrices(weights: Any) -> Any:
    """Which weights decay: matrices and kernels, not offsets and scales."""
    return jax.tree.map(lambda leaf: leaf.ndim > 1, weights)


_AFTER = {
    "cosine": lambda steps: optax.cosine_decay_schedule(1.0, steps),
    "linear": lambda steps: optax.linear_schedule(1.0, 0.0, steps),
    "constant": lambda steps: optax.constant_schedule(1.0),
}
