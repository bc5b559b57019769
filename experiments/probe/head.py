"""Multinomial logistic regression on shared features, many problems at once.

Minimises over W [features + 1, K], the last row an intercept without penalty,
    sum_i w_i loss_i / sum_i w_i + (penalty / 2) |W|²,
loss_i = −log Σ_k softmax(Wᵀx_i)_k P(label_i | k): cross-entropy where the likelihood is an
indicator, forward correction (Patrini et al. 2017) where it is a table of flips.

Non-linear conjugate gradients (Polak and Ribière, restarted), preconditioned by the diagonal of
Böhning's bound ½ diag(XᵀX) on the Hessian, which is all of it for principal components.  The
step along a direction is the one that self-concordance of the logistic loss proves to be downhill:
log(1 + M r)/M with r the Newton step and M the widest spread of a sample's score change.  No line
search is needed, and a step costs two products with the features for all problems together.  The
corrected loss is not convex; its own curvature is used where it is at least 1 % of the plain one's.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

SHRINK = 5e-3
"""Gradient norm at the end over that at zero weights, in the preconditioned metric."""
STEPS = 100


class Heads(NamedTuple):
    """Fitted heads.

    Attributes:
        weights: [problems, K, features + 1].
        steps: steps taken [problems].
        shrink: preconditioned gradient norm over its first value [problems].
    """

    weights: np.ndarray
    steps: np.ndarray
    shrink: np.ndarray


class _State(NamedTuple):
    weights: jax.Array  # [B, K, d]
    scores: jax.Array  # [B, K, n]
    direction: jax.Array  # [B, K, d]
    gradient: jax.Array  # [B, K, d], of the last step
    size: jax.Array  # [B], squared norm of that gradient
    first: jax.Array  # [B], the same at zero weights
    steps: jax.Array  # [B]
    taken: jax.Array  # by all


def fit_heads(
    columns: jax.Array,
    likelihood: jax.Array,
    weights: ArrayLike,
    penalty: ArrayLike,
    start: ArrayLike | None = None,
) -> Heads:
    """Fit a batch of heads on features shared by all.

    Args:
        columns: features of `relabel_lab.experiments.inputs.with_intercept`, [d + 1, n].
        likelihood: P(label | true = k), [problems, K, n]; an indicator for plain labels.
        weights: sample weights [problems, n].
        penalty: penalties [problems], > 0.
        start: weights to start from, zero if None; the optimum does not depend on it.
    """
    problems, classes, _ = likelihood.shape
    if start is None:
        start = jnp.zeros((problems, classes, len(columns)), jnp.float32)
    parts = (columns, likelihood, weights, penalty, start)
    told = _fit(*(jnp.asarray(part, jnp.float32) for part in parts))
    return Heads(*(np.asarray(part) for part in told))


@jax.jit
def log_probabilities(columns: jax.Array, weights: jax.Array) -> jax.Array:
    """Scores of heads [problems, K, d + 1] as log-probabilities [problems, K, n]."""
    return jax.nn.log_softmax(_product(jnp.asarray(weights), columns), axis=1)


@jax.jit
def _fit(
    columns: jax.Array,
    likelihood: jax.Array,
    weights: jax.Array,
    penalty: jax.Array,
    begin: jax.Array,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    share = weights / weights.sum(axis=1, keepdims=True)
    penalties = jnp.broadcast_to(penalty[:, None], (len(penalty), len(columns)))
    penalties = penalties.at[:, -1].set(0.0)
    curvature = 0.5 * share @ (columns**2).T + penalties  # [B, d]
    step = partial(_step, columns, likelihood, share, penalties, curvature)
    even = 1 / likelihood.shape[1]  # the guess at zero weights
    slope = _product(share[:, None] * (even - _seen(even, likelihood)), columns.T)
    first = _dot(slope, slope / curvature[:, None])
    none, zero = jnp.zeros_like(penalty), jnp.zeros_like(begin)
    steps = jnp.zeros(len(penalty), jnp.int32)
    scores = _product(begin, columns)
    start = _State(begin, scores, zero, zero, none, first, steps, jnp.int32(0))
    end = jax.lax.while_loop(_unfinished, step, start)
    return end.weights, end.steps, jnp.sqrt(end.size / end.first)


def _unfinished(state: _State) -> jax.Array:
    return (state.taken < STEPS) & ((state.taken == 0) | jnp.any(_open(state)))


def _open(state: _State) -> jax.Array:
    return state.size > SHRINK**2 * state.first


def _step(
    columns: jax.Array,
    likelihood: jax.Array,
    share: jax.Array,
    penalties: jax.Array,
    curvature: jax.Array,
    state: _State,
) -> _State:
    guess, posterior = _guesses(state.scores, likelihood)
    residual = share[:, None] * (guess - posterior)
    gradient = _product(residual, columns.T) + penalties[:, None] * state.weights
    scaled = gradient / curvature[:, None]
    size = _dot(gradient, scaled)
    change = size - _dot(state.gradient, scaled)
    beta = jnp.where(state.size > 0, jnp.maximum(change / jnp.maximum(state.size, 1e-30), 0), 0)
    direction = -scaled + beta[:, None, None] * state.direction
    uphill = _dot(gradient, direction) >= 0
    direction = jnp.where(uphill[:, None, None], -scaled, direction)
    moved = _product(direction, columns)
    going = size > SHRINK**2 * state.first
    plain = _curvature(guess, moved, share)
    own = jnp.maximum(plain - _curvature(posterior, moved, share), 0.01 * plain)
    bend = own + _dot(direction, penalties[:, None] * direction)
    newton = -_dot(gradient, direction) / jnp.maximum(bend, 1e-30)
    length = jnp.where(going, _damped(newton, _spread(moved, share)), 0.0)[:, None, None]
    return _State(
        state.weights + length * direction,
        state.scores + length * moved,
        direction,
        gradient,
        size,
        state.first,
        state.steps + going,
        state.taken + 1,
    )


def _guesses(scores: jax.Array, likelihood: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Probabilities [B, K, n] of the classes before and after the label is seen."""
    raised = jnp.exp(scores - scores.max(axis=1, keepdims=True))
    guess = raised / raised.sum(axis=1, keepdims=True)
    return guess, _seen(guess, likelihood)


def _seen(guess: jax.Array | float, likelihood: jax.Array) -> jax.Array:
    """Probabilities of the classes once the label is seen."""
    joint = guess * likelihood
    return joint / jnp.maximum(joint.sum(axis=1, keepdims=True), 1e-30)


def _curvature(guess: jax.Array, moved: jax.Array, share: jax.Array) -> jax.Array:
    """Second derivative of the cross-entropy along the direction [B]."""
    mean = (guess * moved).sum(axis=1)
    return (share * ((guess * moved**2).sum(axis=1) - mean**2)).sum(axis=1)


def _spread(moved: jax.Array, share: jax.Array) -> jax.Array:
    """Widest difference of a used sample's score changes [B]."""
    wide = moved.max(axis=1) - moved.min(axis=1)
    return jnp.where(share > 0, wide, 0.0).max(axis=1)


def _damped(newton: jax.Array, spread: jax.Array) -> jax.Array:
    return jnp.log1p(spread * newton) / jnp.maximum(spread, 1e-30)


def _dot(left: jax.Array, right: jax.Array) -> jax.Array:
    return (left * right).sum(axis=(1, 2))


def _product(left: jax.Array, right: jax.Array) -> jax.Array:
    """[B, K, a] times [a, b]: one wide matrix product for all problems."""
    problems, classes, inner = left.shape
    wide = left.reshape(problems * classes, inner) @ right
    return wide.reshape(problems, classes, right.shape[1])
