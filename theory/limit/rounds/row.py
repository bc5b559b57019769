r"""One row of the limit: what the labels of a round have in common with all that came before."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.theory.limit.rounds.card import is_stepwise
from relabel_lab.theory.limit.rounds.closing import Label, closed_none, closed_one, closed_two
from relabel_lab.theory.limit.rounds.tree import Row, Tree, field_features, grown, rooted


class Sums(NamedTuple):
    r"""Expectations over training samples with labels f of round t.

    Attributes:
        a: E[m f].
        overlap: \(E[\tau_t\tau_u]\), u = 0 ... t, [t + 1].
        noise: \(E[\tau_t\xi_u]\), u < t, [t].
        right: P(f is right and not 0).
        used: P(f is not 0).
    """

    a: jax.Array
    overlap: jax.Array
    noise: jax.Array
    right: jax.Array
    used: jax.Array


def sums(row: Row) -> Sums:
    """The row of round t = the number of rules, by nested quadrature.

    Hard rules have their last two variables in closed form, others none.
    """
    rounds = len(row.rules)
    hard = all(is_stepwise(rule) for rule in row.rules)
    closed = min(2, rounds) if hard else 0
    tree = rooted(row)
    for _ in range(rounds - closed):
        tree = grown(row, tree, field_features(row, tree) if hard else None)
    if closed == 0:
        return added(tree._replace(labels=tree.labels[:-1]), closed_none(tree))
    if closed == 1:
        return added(tree, closed_one(row, tree))
    return _added_pieces(tree, *closed_two(row, tree))


def added(tree: Tree, label: Label) -> Sums:
    """Sums over nodes [N]; one product for all that the label is multiplied with."""
    factors = jnp.stack([tree.m * tree.sign, *tree.labels, *tree.xi])
    along = factors @ (tree.weight * label.mean)
    values = jnp.stack([label.square, label.right, label.used, *label.noise]) @ tree.weight
    known = len(tree.labels)
    return Sums(
        along[0],
        jnp.concatenate([along[1 : known + 1], values[:1]]),
        jnp.concatenate([along[known + 1 :], values[3:]]),
        values[1],
        values[2],
    )


def _added_pieces(tree: Tree, label: Label, piece: jax.Array) -> Sums:
    """As `added`, for labels over nodes and pieces [N, P] of the field before, ``piece`` there."""
    with_piece = jnp.sum(label.mean * piece, axis=-1)
    whole = jax.tree.map(lambda x: jnp.sum(x, axis=-1), label)
    found = added(tree, whole)
    overlap = jnp.insert(found.overlap, len(tree.labels), tree.weight @ with_piece)
    return found._replace(overlap=overlap)
