r"""The last variables of a round in closed form: one by \(\Phi\), two by Owen's function."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim import Scheme
from relabel_lab.sim.margins import density, tail
from relabel_lab.sim.schemes import History
from relabel_lab.theory.limit.rounds.bivariate import Corner, corner, half_plane
from relabel_lab.theory.limit.rounds.card import jumps, relabelled
from relabel_lab.theory.limit.rounds.tree import Row, Tree
from relabel_lab.theory.limit.rounds.turning import between


class Label(NamedTuple):
    r"""The next label over the nodes [N], or over nodes and pieces of the variable before [N, P].

    Attributes:
        mean: its expectation, times the probability of the piece.
        square: of its square.
        used: probability that it is not 0.
        right: probability that it is right.
        noise: its expectation times the noise of each field closed here, first to last.
    """

    mean: jax.Array
    square: jax.Array
    used: jax.Array
    right: jax.Array
    noise: tuple[jax.Array, ...]


def closed_none(tree: Tree) -> Label:
    """The label that the nodes have fixed."""
    label = tree.labels[-1]
    return Label(label, label**2, (label != 0) * 1.0, (label * tree.sign > 0) * 1.0, ())


def closed_one(row: Row, tree: Tree) -> Label:
    """The last field's noise integrated, [N]."""
    turn = len(tree.xi)
    spread = row.fields.factor[turn, turn]
    known = tree.centre(row, turn)
    return last_label(row.rules[turn], turn, row.setting.scale, known, spread, tree.last, tree.sign)


def last_label(
    rule: Scheme,
    turn: int | jax.Array,
    scale: jax.Array,
    known: jax.Array,
    spread: jax.Array,
    last: History,
    sign: jax.Array,
) -> Label:
    """Labels of a hard rule at fields of mean ``known`` [N] and normal noise, over the noise."""
    edges = jumps(rule, scale)
    place = (edges - known[:, None]) / spread
    mass, inner = _pieces(place)
    label, *others = _steps(rule, turn, scale, edges, last, sign)
    mean, square, used, right = (jnp.sum(step * mass, axis=-1) for step in (label, *others))
    return Label(mean, square, used, right, (jnp.sum(label * inner, axis=-1),))


def closed_two(row: Row, tree: Tree) -> tuple[Label, jax.Array]:
    """The last two fields' noise integrated: over nodes and pieces [N, P], and the label there."""
    turn = len(tree.xi)
    factor, scale = row.fields.factor, row.setting.scale
    edges = jumps(row.rules[turn], scale)
    place = (edges - tree.centre(row, turn)[:, None]) / factor[turn, turn]
    before = History(*(x[:, None] for x in tree.last))
    label = relabelled(row.rules[turn], turn, between(edges), scale, before)

    following = jumps(row.rules[turn + 1], scale)
    known = tree.centre(row, turn + 1)[:, None] + row.fields.memory[turn + 1, turn + 1] * (
        label.trained
    )
    level = known[..., None] - following
    beyond = _between(place, level, factor[turn + 1, turn], factor[turn + 1, turn + 1])
    mass, inner = _pieces(place)

    def expected(step: jax.Array, base: jax.Array, above: jax.Array) -> jax.Array:
        return step[..., 0] * base + jnp.sum(jnp.diff(step, axis=-1) * above, axis=-1)

    steps = _steps(row.rules[turn + 1], turn + 1, scale, following, label, tree.sign[:, None])
    mean, square, used, right = (expected(step, mass, beyond.mass) for step in steps)
    first = expected(steps[0], inner, beyond.inner)
    second = expected(steps[0], 0 * inner, beyond.last)
    return Label(mean, square, used, right, (first, second)), label.trained


def _steps(
    rule: Scheme,
    turn: int | jax.Array,
    scale: jax.Array,
    edges: jax.Array,
    before: History,
    sign: jax.Array,
) -> tuple[jax.Array, ...]:
    """Label, square, used and right in each piece of the field ``turn``, [..., E + 1]."""
    wide = History(*(x[..., None] for x in before))
    label = relabelled(rule, turn, between(edges), scale, wide).trained
    right = label * sign[..., None] > 0
    return label, label**2, (label != 0) * 1.0, right * 1.0


def _pieces(place: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Probability and mean of a normal variable in each piece between places [..., E]."""
    below, height = tail(-place), density(place)
    zero = jnp.zeros_like(place[..., :1])
    mass = jnp.diff(jnp.concatenate([zero, below, zero + 1], axis=-1), axis=-1)
    return mass, -jnp.diff(jnp.concatenate([zero, height, zero], axis=-1), axis=-1)


def _between(place: jax.Array, level: jax.Array, slope: jax.Array, spread: jax.Array) -> Corner:
    """Corners of the pieces between places [N, E], beyond levels [N, E + 1, J] of the next.

    Each place is the upper end of one piece and the lower end of another.
    """
    ends = jnp.stack([level[:, :-1], level[:, 1:]])
    sides = corner(place[..., None], ends, slope, spread)
    last = half_plane(level[:, -1:], slope, spread)
    return Corner(
        *(
            jnp.concatenate([side[0], end], axis=1) - jnp.concatenate([0 * end, side[1]], axis=1)
            for side, end in zip(sides, last, strict=True)
        )
    )
