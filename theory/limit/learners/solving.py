"""The equations of one stage solved: damped iteration, then Newton's method, else from afar."""

from __future__ import annotations

from functools import partial

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
_WARM, _NEWTON, _HALVINGS = 8, 20, 8
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
    far = penalty * 3.0**_FARTHEST
    stage = attempt(far, _guess(world, far, before))
    for power in range(_FARTHEST - 1, -1, -1):
        stage = attempt(penalty * 3.0**power, stage.row)
    return stage


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

    def misfit(x: jax.Array) -> jax.Array:
        row = _row(x, past)
        return (_vector(again(row)[0]) - x) / (1e-300 + _scale(row))

    def unsolved(state: tuple[jax.Array, jax.Array, jax.Array]) -> jax.Array:
        _, now, steps = state
        return (jnp.max(jnp.abs(now)) > _SOLVED) & (steps < _NEWTON)

    def newton(
        state: tuple[jax.Array, jax.Array, jax.Array],
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        x, now, steps = state
        step = -jnp.linalg.solve(jax.jacfwd(misfit)(x), now)

        def worse(trial: tuple[jax.Array, jax.Array, jax.Array]) -> jax.Array:
            length, value, halvings = trial
            better = jnp.max(jnp.abs(value)) <= (1 - 0.1 * length) * jnp.max(jnp.abs(now))
            return ~better & (halvings < _HALVINGS)

        def shorter(
            trial: tuple[jax.Array, jax.Array, jax.Array],
        ) -> tuple[jax.Array, jax.Array, jax.Array]:
            length, _, halvings = trial
            return length / 2, misfit(x + length / 2 * step), halvings + 1

        first = (jnp.ones(()), misfit(x + step), jnp.zeros((), int))
        length, value, _ = jax.lax.while_loop(worse, shorter, first)
        better = jnp.max(jnp.abs(value)) < jnp.max(jnp.abs(now))
        keep = lambda new, old: jnp.where(better, new, old)  # noqa: E731
        # A step that does not help any more ends the search.
        return keep(x + length * step, x), keep(value, now), steps + jnp.where(better, 1, _NEWTON)

    row, _ = jax.lax.scan(damped, row, length=_WARM)
    x = _vector(row)
    x, value, _ = jax.lax.while_loop(unsolved, newton, (x, misfit(x), jnp.zeros((), int)))
    row = _row(x, past)
    _, response, energy = again(row)
    return Stage(row, response, energy, samples.share, jnp.max(jnp.abs(value)))


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
