r"""Where the fields of later rounds cross the jumps of hard rules, along one variable.

Given an outer variable u the fields are jointly normal with means linear in u, whatever labels
came before.  The derivative of the probability of a box is a sum of densities of one field at its
edge times probabilities of the others given that: so all that turns along u is *field j at its
edge, given that the fields of a set S are at theirs*, each linear in u with normal noise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.schemes import History
from relabel_lab.theory.limit.rounds.card import is_stepwise, jumps, relabelled
from relabel_lab.theory.limit.rounds.panels import Features, joined, normal_features

if TYPE_CHECKING:
    from relabel_lab.theory.limit.rounds.tree import Row, Tree

MOST_FEATURES = 400
_TINY = 1e-290


class System(NamedTuple):
    """Which fields turn along a variable.

    Attributes:
        first: the first turn whose label the nodes do not fix.
        start: the first field that turns.
        slope: how the field of a turn moves with the variable, turn -> [N].
    """

    first: int
    start: int
    slope: Callable[[int], jax.Array]


def turning(row: Row, tree: Tree, system: System) -> Features:
    """All places [N, F] along the variable, for every sequence of labels; none for smooth rules."""
    if not all(is_stepwise(rule) for rule in row.rules):
        empty = tree.sign[:, None][:, :0]
        return Features(empty, empty, empty)
    levels = _levels(row, tree, system)
    fields = range(system.start, len(row.rules))
    slopes = [system.slope(turn)[:, None] for turn in fields]
    noise = row.fields.factor[system.start : len(row.rules), system.start :]
    covariance = noise @ noise.T
    depth = _depth(levels[0].shape[1], len(levels))
    return joined(*_given(levels, slopes, covariance, frozenset(), depth))


def between(edges: jax.Array) -> jax.Array:
    """A point in each of the pieces that rising edges [E] cut, [E + 1]."""
    inner = (edges[1:] + edges[:-1]) / 2
    return jnp.concatenate([edges[:1] - 1, inner, edges[-1:] + 1])


def _levels(row: Row, tree: Tree, system: System) -> list[jax.Array]:
    """Each field less its edge, at 0 noise, over all sequences of labels and edges: [N, A]."""
    paths = jax.tree.map(lambda x: x[:, None], tree._replace(xi=()))
    noise = tree._replace(labels=())
    levels: list[jax.Array] = []
    for turn in range(system.first, len(row.rules)):
        edges = jumps(row.rules[turn], row.setting.scale)
        if turn >= system.start:
            gap = _centre(row, noise, paths, turn)[..., None] - edges
            paths, levels = _forked((paths, levels), edges.size)
            levels.append(gap.reshape(*gap.shape[:1], -1))
        if turn < len(row.rules) - 1:
            middle = between(edges)
            before = History(*(x[..., None] for x in paths.last))
            label = relabelled(row.rules[turn], turn, middle, row.setting.scale, before)
            last = History(*(x.reshape(*x.shape[:1], -1) for x in label))
            paths, levels = _forked((paths, levels), middle.size)
            paths = paths._replace(labels=(*paths.labels, last.trained), last=last)
    return levels


def _centre(row: Row, noise: Tree, paths: Tree, turn: int) -> jax.Array:
    """Known part of a field on every path [N, A]; the tree's xi, the paths' labels."""
    known = noise.centre(row, turn)[:, None]
    for memory, label in zip(row.fields.memory[turn], paths.labels, strict=False):
        known = known + memory * label
    return known


def _forked(arrays: Any, count: int) -> Any:
    return jax.tree.map(lambda x: jnp.repeat(x, count, axis=1), arrays)


def _depth(paths: int, fields: int) -> int:
    """The largest set S whose features stay below the limit; 0 is none but the fields alone."""
    sizes = np.cumsum([_choose(fields, k) * (fields - k) for k in range(fields)])
    allowed = np.flatnonzero(paths * sizes <= MOST_FEATURES)
    return int(allowed[-1]) if allowed.size else 0


def _choose(n: int, k: int) -> int:
    from math import comb

    return comb(n, k)


def _given(
    levels: list[jax.Array],
    slopes: list[jax.Array],
    covariance: jax.Array,
    known: frozenset[int],
    depth: int,
) -> list[Features]:
    """Features of all fields outside ``known``, and of those given one more, each set once."""
    free = [j for j in range(len(levels)) if j not in known]
    spread = [jnp.sqrt(jnp.maximum(covariance[j, j], _TINY)) for j in range(len(levels))]
    found = [normal_features(levels[j], slopes[j], spread[j]) for j in free]
    for s in free if depth else ():
        if known and s < max(known):
            continue
        share = covariance[:, s] / jnp.maximum(covariance[s, s], _TINY)
        found += _given(
            [x - share[j] * levels[s] for j, x in enumerate(levels)],
            [b - share[j] * slopes[s] for j, b in enumerate(slopes)],
            covariance - jnp.outer(share, covariance[s]),
            known | {s},
            depth - 1,
        )
    return found
