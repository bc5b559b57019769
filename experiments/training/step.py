"""One compiled step of training and one of scoring; replicates are a leading axis of the state.

One replicate runs as it is; several run under `jax.vmap`, which turns their convolutions into
grouped ones: fast on a GPU, several times slower than one after another on a processor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import optax

from relabel_lab.experiments.models import in_precision
from relabel_lab.experiments.training.inputs import Inputs
from relabel_lab.experiments.training.losses import (
    Array,
    Targets,
    batch_loss,
    draw_share,
    mix,
    mixed_loss,
)
from relabel_lab.experiments.training.optimisation import transform
from relabel_lab.experiments.training.recipe import Recipe


class State(NamedTuple):
    """What training changes, each leaf with a leading axis of replicates.

    Attributes:
        weights: the model's arrays.
        moving: moving averages beside them.
        memory: the optimiser's state.
    """

    weights: Any
    moving: Any
    memory: Any


class Pace(NamedTuple):
    """One step's learning rate [seeds], weight decay [seeds], and who still trains [seeds]."""

    rate: Array
    decay: Array
    live: Array


@eqx.filter_jit
def fresh_states(make: Callable[[jax.Array], Any], recipe: Recipe, keys: jax.Array) -> State:
    """States of fresh models, one a key."""

    def one(key: jax.Array) -> State:
        model = make(key)
        weights = eqx.filter(model, eqx.is_inexact_array)
        return State(weights, model.initial(), transform(recipe, 0.0).init(weights))

    return jax.vmap(one)(keys)


def frame_of(make: Callable[[jax.Array], Any], key: jax.Array) -> Any:
    """The model without its arrays."""
    shapes = eqx.filter_eval_shape(make, key)
    return eqx.filter(shapes, lambda leaf: isinstance(leaf, jax.ShapeDtypeStruct), inverse=True)


@eqx.filter_jit
def train_step(
    state: State,
    frame: Any,
    recipe: Recipe,
    inputs: Inputs,
    features: Array,
    targets: Targets,
    batch: jax.Array,
    pace: Pace,
    key: jax.Array,
) -> tuple[State, jax.Array]:
    """State after one step on samples ``batch`` [seeds, B], and the losses [seeds]."""

    def one(state: State, targets: Targets, batch: jax.Array, pace: Pace, key: jax.Array) -> Any:
        chosen = jax.tree.map(lambda leaf: leaf[batch], targets)
        return _update(state, frame, recipe, inputs, features[batch], chosen, pace, key)

    return over_replicates(one)(state, targets, batch, pace, key)


@eqx.filter_jit
def score_step(
    state: State, frame: Any, recipe: Recipe, inputs: Inputs, batch: jax.Array
) -> jax.Array:
    """Log-probabilities [seeds, B, K] of features ``batch`` [seeds, B, ...]."""

    def one(state: State, batch: jax.Array) -> jax.Array:
        seen = inputs(batch, key=None)
        scores, _ = apply_model(
            state.weights, state.moving, frame, recipe, seen, train=False, key=None
        )
        return jax.nn.log_softmax(scores)

    return over_replicates(one)(state, batch)


def over_replicates(one: Any) -> Any:
    """``one`` mapped over the leading axis of its arguments, without vmap where it is 1."""

    def many(*arguments: Any) -> Any:
        if jax.tree.leaves(arguments)[0].shape[0] > 1:
            return jax.vmap(one)(*arguments)
        result = one(*jax.tree.map(lambda leaf: leaf[0], arguments))
        return jax.tree.map(lambda leaf: leaf[None], result)

    return many


def _update(
    state: State,
    frame: Any,
    recipe: Recipe,
    inputs: Inputs,
    batch: jax.Array,
    targets: Targets,
    pace: Pace,
    key: jax.Array,
) -> tuple[State, jax.Array]:
    """One step of one replicate."""
    look, blend, drop = jax.random.split(key, 3)
    seen = inputs(batch, key=look)
    share = draw_share(recipe.mixup, key=blend) if recipe.mixup else None
    seen = seen if share is None else mix(seen, share)

    def loss(weights: Any) -> tuple[jax.Array, Any]:
        scores, moving = apply_model(
            weights, state.moving, frame, recipe, seen, train=True, key=drop
        )
        if share is None:
            return batch_loss(scores, targets), moving
        return mixed_loss(scores, targets, share), moving

    (value, moving), slope = jax.value_and_grad(loss, has_aux=True)(state.weights)
    step, memory = transform(recipe, pace.decay).update(slope, state.memory, state.weights)
    step = jax.tree.map(lambda leaf: -pace.rate * leaf, step)
    after = State(optax.apply_updates(state.weights, step), moving, memory)
    stay = lambda new, old: jnp.where(pace.live, new, old)  # noqa: E731
    return jax.tree.map(stay, after, state), value


def apply_model(
    weights: Any,
    moving: Any,
    frame: Any,
    recipe: Recipe,
    seen: jax.Array,
    *,
    train: bool,
    key: jax.Array | None,
) -> tuple[jax.Array, Any]:
    """Scores and moving averages of the model made of ``weights`` and its ``frame``."""
    if recipe.precision != "float32":
        weights, seen = in_precision((weights, seen), recipe.dtype())
    return eqx.combine(weights, frame)(seen, moving, train=train, key=key)
