"""The equations of one stage solved: damped iteration, then Newton's method, else from afar."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Scalar
from relabel_lab.theory.limit.learners.losses import Loss
from relabel_lab.theory.limit.learners.nodes import Nodes
from relabel_lab.theory.limit.learners.stages import Row, Samples, Stage, World, update

ENOUGH = 1e-9
"""Relative misfit at which a stage counts as solved."""
_SOLVED = 1e-13
_WARM, _TRIALS, _HALVINGS = 8, 60, 10
_FARTHEST = 12  # factors of 3 in the penalty


def solve(
    world: World,
    loss: Loss,
    penalty: Scalar,
    before: tuple[Stage, ...],
    nodes: Nodes,
    samples: Samples,
) -> Stage:
    """Stage t from the stages before it.

    A weak penalty lets the iteration circle; then the solution is followed down from a strong
    one.  ``residual`` of the result says how well the equations hold in the end.
    """
    penalty = jnp.asarray(penalty, jnp.float64)
    attempt = partial(_from, world, loss, before, nodes, samples)
    stage = attempt(penalty, _guess(world, penalty, before))
    if stage.residual <= ENOUGH:
        return stage
    stage = attempt(penalty * 3.0**_FARTHEST, _guess(world, penalty * 3.0**_FARTHEST, before))
    for power in range(_FARTHEST - 1, -1, -1):
        if stage.residual > ENOUGH:  # lost: no way leads on from here
            break
        stage = attempt(penalty * 3.0**power, stage.row)
    else:
        return stage
    return stage._replace(residual=jnp.asarray(jnp.inf))


def _guess(world: World, penalty: jax.Array, before: tuple[Stage, ...]) -> Row:
    """No force of the others: every response is 1/penalty."""
    past = len(before)
    alone = world.sigma**2 / (world.alpha * (penalty + world.sigma**2))
    if not before:
        signal = world.gamma**2 / (penalty + world.gamma**2)
        return Row(signal, jnp.zeros(()), alone[None], jnp.sqrt(alone)[None])
    row = before[-1].row
    size = row.mixing[-1]
    memory = jnp.append(jnp.zeros(past), row.memory[-1])
    mixing = jnp.zeros(past + 1).at[past - 1].set(0.9 * size).at[past].set(0.4 * size)
    return Row(row.signal, row.intercept, memory, mixing)


class _Search(NamedTuple):
    """Newton's method at ``x`` with misfit ``now``; next tried: ``length`` times ``step``."""

    x: jax.Array
    now: jax.Array
    step: jax.Array
    length: jax.Array
    rows: tuple[jax.Array, jax.Array]
    tried: jax.Array


@eqx.filter_jit
def _from(
    world: World,
    loss: Loss,
    before: tuple[Stage, ...],
    nodes: Nodes,
    samples: Samples,
    penalty: jax.Array,
    row: Row,
) -> Stage:
    again = lambda row: update(world, loss, penalty, before, nodes, samples, row)  # noqa: E731
    past = len(before)

    def damped(row: Row, _: None) -> tuple[Row, None]:
        return jax.tree.map(lambda old, new: (old + new) / 2, row, again(row)[0]), None

    def misfit(x: jax.Array) -> tuple[jax.Array, tuple[jax.Array, tuple[jax.Array, jax.Array]]]:
        row = _row(x, past)
        found, response, energy = again(row)
        value = (_vector(found) - x) / _scale(row)
        return value, (value, (response, energy))

    def unsolved(at: _Search) -> jax.Array:
        short = 0.5**_HALVINGS
        return (_worst(at.now) > _SOLVED) & (at.length > short) & (at.tried < _TRIALS)

    def newton(at: _Search) -> _Search:
        x = at.x + at.length * at.step
        jacobian, (value, rows) = jax.jacfwd(misfit, has_aux=True)(x)
        better = _worst(value) < (1 - 0.1 * at.length) * _worst(at.now)
        moved = _Search(x, value, -jnp.linalg.solve(jacobian, value), jnp.ones(()), rows, at.tried)
        stayed = at._replace(length=at.length / 2)
        kept = jax.tree.map(lambda new, old: jnp.where(better, new, old), moved, stayed)
        return kept._replace(tried=at.tried + 1)

    row, _ = jax.lax.scan(damped, row, length=_WARM)
    x = _vector(row)
    nothing = jnp.zeros(past + 1)
    start = _Search(
        x, jnp.full_like(x, jnp.inf), 0 * x, jnp.ones(()), (nothing, nothing), jnp.zeros((), int)
    )
    end = jax.lax.while_loop(unsolved, newton, start)
    return Stage(_row(end.x, past), *end.rows, _worst(end.now))


def _worst(misfit: jax.Array) -> jax.Array:
    return jnp.max(jnp.abs(misfit))


def _vector(row: Row) -> jax.Array:
    """The unknowns as one vector; the two that are positive by their logarithms."""
    logs = [jnp.log(each[-1:]) for each in (row.memory, row.mixing)]
    parts = row.signal[None], row.intercept[None], row.memory[:-1], row.mixing[:-1], *logs
    return jnp.concatenate(parts)


def _row(x: jax.Array, past: int) -> Row:
    memory, mixing = x[2 : 2 + past], x[2 + past : 2 + 2 * past]
    own = jnp.exp(x[-2:])
    return Row(x[0], x[1], jnp.append(memory, own[0]), jnp.append(mixing, own[1]))


def _scale(row: Row) -> jax.Array:
    """The size against which each unknown's misfit counts."""
    past = row.memory.size - 1
    spread = jnp.linalg.norm(row.mixing)
    ones = jnp.ones(past)
    both = jnp.stack([spread, spread])
    # By their logarithms; what a stage adds to those before may be next to nothing.
    own = jnp.stack([jnp.ones(()), spread / row.mixing[-1]])
    return jnp.concatenate([both, ones * row.memory[-1], ones * spread, own])
