r"""Nodes for the outer variables of the limit: signs, margins and the first fields' noise.

A training sample, symmetrised, has \(sh_t/\sigma^2 = s\,m\rho a_t + \sum_{j\le t}D_{tj}\tau_j
+ \sum_{j\le t}L_{tj}\xi_j\), \(\xi\) independent standard normals, and \(\tau_{t+1}\) the label
there.  A tree holds nodes of (s, m, xi_0, ..., xi_{j-1}) with the labels that they fix; it grows
by one variable at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim import Scheme
from relabel_lab.sim.margins import density
from relabel_lab.sim.schemes import History
from relabel_lab.theory.limit.rounds import panels
from relabel_lab.theory.limit.rounds.card import is_stepwise, places, relabelled, width_at
from relabel_lab.theory.limit.rounds.memory import Fields
from relabel_lab.theory.limit.rounds.panels import Features, Panels
from relabel_lab.theory.limit.rounds.setting import Setting, domain
from relabel_lab.theory.limit.rounds.turning import System, turning

WIDE = 9.0  # the normal law beyond weighs 1e-19


class Row(NamedTuple):
    """What is known when a round's labels are sought.

    Attributes:
        setting: the problem.
        fields: law of the fields of all t models so far.
        signal: a of each model [t].
        rules: the bound rule of each turn, t of them.
        panels: how many a variable.
    """

    setting: Setting
    fields: Fields
    signal: jax.Array
    rules: tuple[Scheme, ...]
    panels: Panels

    @property
    def pull(self) -> jax.Array:
        """Signal of each field at margin 1 [t]."""
        return self.fields.pull * self.setting.rho * self.signal


class Tree(NamedTuple):
    r"""Nodes [N] with their weights.

    Attributes:
        weight: probability.
        sign: s.
        m: margin.
        xi: the field noise fixed so far, arrays [N].
        labels: \(\tau_0, \tau_1, \ldots\), arrays [N].
        last: the last of them as a history.
    """

    weight: jax.Array
    sign: jax.Array
    m: jax.Array
    xi: tuple[jax.Array, ...]
    labels: tuple[jax.Array, ...]
    last: History

    def centre(self, row: Row, turn: int) -> jax.Array:
        """What the nodes know of the field ``turn``, [N]."""
        known = row.pull[turn] * self.sign * self.m
        for factor, xi in zip(row.fields.factor[turn], self.xi, strict=False):
            known = known + factor * xi
        for memory, label in zip(row.fields.memory[turn], self.labels, strict=False):
            known = known + memory * label
        return known

    def repeated(self, count: int, factor: jax.Array) -> Tree:
        """Each node ``count`` times, with weights times ``factor`` [N, count]."""
        spread = jax.tree.map(lambda x: jnp.repeat(x, count), self._replace(weight=0.0 * self.m))
        return spread._replace(weight=(self.weight[:, None] * factor).reshape(-1))


def rooted(row: Row) -> Tree:
    """Given labels right and wrong, at every margin node."""
    law, place = row.setting.law, domain(row.setting.law)
    sign = jnp.array([1.0, -1.0])
    one = jnp.ones_like(sign)
    tree = Tree(one, sign, one, (), (one,), History(one, one))
    if place is not None:
        ends = panels.edges(
            place.low, place.high, place.step, _margin_features(row, tree), row.panels
        )
        u, w = panels.nodes(ends, ends[:, :0])
        tree = tree.repeated(u.shape[1], w * place.weight(u))._replace(m=law.push(u.reshape(-1)))
    flipped = row.setting.noise.flip_given_margin(tree.m)
    share = jnp.where(tree.sign > 0, 1 - flipped, flipped)
    return tree._replace(weight=tree.weight * share)


def grown(row: Row, tree: Tree, features: Features | None = None) -> Tree:
    """The tree with the noise of one more field, and the label that it decides."""
    turn = len(tree.xi)
    rule, spread = row.rules[turn], row.fields.factor[turn, turn]
    known = tree.centre(row, turn)
    turns = places(rule, turn, row.setting.scale, tree.last)
    cuts = (turns - known[:, None]) / spread
    wanted = _own_features(row, turn, cuts, spread, features)
    ends = panels.edges(-WIDE, WIDE, panels.STEP, wanted, row.panels)
    xi, w = panels.nodes(ends, cuts)
    count = xi.shape[1]
    wide = tree.repeated(count, w * density(xi))
    return extended(row, wide, xi.reshape(-1), jnp.repeat(known, count))


def extended(row: Row, tree: Tree, xi: jax.Array, known: jax.Array) -> Tree:
    """The tree with the noise ``xi`` [N] of the next field, whose known part is ``known``."""
    turn = len(tree.xi)
    score = known + row.fields.factor[turn, turn] * xi
    last = relabelled(row.rules[turn], turn, score, row.setting.scale, tree.last)
    return tree._replace(xi=(*tree.xi, xi), labels=(*tree.labels, last.trained), last=last)


def _own_features(
    row: Row, turn: int, cuts: jax.Array, spread: jax.Array, features: Features | None
) -> Features:
    """What later fields ask of this one's noise, and for smooth rules its own turning."""
    rule = row.rules[turn]
    if is_stepwise(rule):
        empty = cuts[:, :0]
        return Features(empty, empty, empty) if features is None else features
    width = jnp.broadcast_to(width_at(rule, turn) / row.setting.scale / spread, cuts.shape)
    near, far = Features(cuts, 5 * width, 2 * width), Features(cuts, 20 * width, 6 * width)
    return panels.joined(near, far)


def _margin_features(row: Row, tree: Tree) -> Features:
    """Where the fields turn along the margin's base variable."""
    law = row.setting.law
    start = law.push(jnp.zeros(()))
    rate = law.push(jnp.ones(())) - start
    base = tree._replace(m=start * tree.m)
    slope = lambda turn: row.pull[turn] * tree.sign * rate  # noqa: E731
    return turning(row, base, System(0, 0, slope))


def field_features(row: Row, tree: Tree) -> Features:
    """Where later fields turn along the noise of the next one, for hard rules."""
    turn = len(tree.xi)
    slope = lambda later: jnp.broadcast_to(row.fields.factor[later, turn], tree.sign.shape)  # noqa: E731
    return turning(row, tree, System(turn, turn + 1, slope))
