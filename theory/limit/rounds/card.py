"""What a limit over rounds asks of a label rule: its labels, and where they jump or turn."""

from __future__ import annotations

from functools import singledispatch
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.schemes import (
    Confident,
    CrossFit,
    History,
    Initial,
    LeaveOneOut,
    Optimal,
    Scheme,
    Soft,
)


class Card(NamedTuple):
    """Scores, >= 0, around whose +- a bound rule jumps or turns, and the scale of turning."""

    turns: tuple[Any, ...] = (0.0,)
    width: Any = 0.0


@singledispatch
def card(scheme: Scheme) -> Card:
    """The card of a bound scheme: a jump at 0 unless it says otherwise."""
    return Card()


@card.register
def _initial(scheme: Initial) -> Card:
    return Card(turns=())


@card.register
def _confident(scheme: Confident) -> Card:
    return Card(turns=(scheme.threshold,))


@card.register
def _leave_one_out(scheme: LeaveOneOut) -> Card:
    return Card(turns=(scheme.memory,))


@card.register
def _soft(scheme: Soft) -> Card:
    return Card(width=scheme.temperature)


@card.register
def _optimal(scheme: Optimal) -> Card:
    slope = jnp.max(jnp.atleast_1d(scheme.slope))
    lean = scheme.log_odds / (2 * slope)
    return Card(turns=(jnp.abs(lean), jnp.abs(scheme.memory - lean)), width=1 / slope)


def jumps(scheme: Scheme, scale: jax.Array) -> jax.Array:
    """Scores over ``scale`` around which the rule jumps or turns at both signs, rising, [E]."""
    turns = card(scheme).turns
    if all(isinstance(turn, float) and turn == 0 for turn in turns):
        return jnp.zeros(len(turns[:1]))
    rising = jnp.stack([jnp.asarray(turn, jnp.float64) for turn in turns]) / scale
    rising = jnp.sort(rising) if len(turns) > 1 else rising
    return jnp.concatenate([-rising[::-1], rising])


def is_hard(scheme: Scheme) -> bool:
    """Whether labels are constant between jumps."""
    width = card(scheme).width
    return isinstance(width, float) and width == 0


def relabelled(
    scheme: Scheme, turn: int, score: jax.Array, scale: jax.Array, last: History
) -> History:
    r"""Labels s f of round ``turn`` + 1 at symmetrised scores \(s h\) over ``scale``.

    Rules are odd, so the given label may be read as right, 1.
    """
    shape = jnp.broadcast_shapes(score.shape, last.trained.shape)
    score = jnp.broadcast_to(scale * score, shape)
    last = History(*(jnp.broadcast_to(x, shape) for x in last))
    return scheme.relabel(turn, score, jnp.ones(shape), last)


def folds_of(scheme: Scheme) -> Any:
    """Number of folds of cross-fitting, None for rules whose model labels its own samples."""
    return scheme.folds if isinstance(scheme, CrossFit) else None
