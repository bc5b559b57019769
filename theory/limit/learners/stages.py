r"""Stages of a penalised learner trained on its own labels, in the proportional limit (R26).

Derived here, for isotropic noise.  Stage t minimises, over the samples used (a share c_t),
the mean loss plus (L_t/2) times the squared weights; so with the force
\(g^t = w\,(-\ell'(s^t, y^t))/c_t\) of a sample, w = 1 where it is used and else 0,
\(L_tv_t = \sigma\,\tfrac1n\sum g^tz\) across mu, \(L_tu_t = \gamma E[g^tmy]\) along it, and
\(E g^t = 0\) with an intercept.  Take a sample out of all stages at once: its scores become
\(c^t + h^t\), \(c^t = \gamma m y u_t + b_t\), with \((h^0, h^1, \dots)\) centred normal,
\(C_{st} = \sigma^2\langle v_s, v_t\rangle\).  Put in again, it moves stage t by its force there
and, through the scores and so the labels of all others, by its forces of the stages before:
\[s^t = c^t + h^t + \sum_{s\le t} V_{ts}\,g^s.\]
With the mean responses \(G_{ts} = E\,\partial g^t/\partial h^s\) (by Stein's lemma, since labels jump) and
\(A = \mathrm{diag}(L) - \sigma^2G\), lower triangular,
\[V = \frac{\sigma^2}{\alpha}A^{-1},\qquad C = \frac{\sigma^4}{\alpha}A^{-1}QA^{-\top},\quad
Q_{st} = E\,g^sg^t.\]
Row t of these depends on rows up to t: every stage is a fixed point of 2t + 4 numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.theory.limit.learners.losses import Loss
from relabel_lab.theory.limit.learners.nodes import Nodes


class Row(NamedTuple):
    """The unknowns of stage t.

    Attributes:
        signal: gamma u_t.
        intercept: b_t.
        memory: V_ts for s <= t, shape [t + 1].
        mixing: h^t = sum_s mixing_s eps_s with standard normals, shape [t + 1].
    """

    signal: jax.Array
    intercept: jax.Array
    memory: jax.Array
    mixing: jax.Array


class Stage(NamedTuple):
    """A solved stage: its row, and the rows of A and Q behind it, shapes [t + 1].

    ``residual`` is the largest relative misfit of the equations.
    """

    row: Row
    response: jax.Array
    energy: jax.Array
    residual: jax.Array


class World(NamedTuple):
    """What all stages share: gamma, sigma, n/r, and whether there is an intercept."""

    gamma: jax.Array
    sigma: jax.Array
    alpha: jax.Array
    intercept: bool


class Samples(NamedTuple):
    """Forces [stages, N] of the stages before, labels [N] of this one and what they say.

    ``share`` of the samples is used, ``moved`` the mean square distance of the labels from those
    of the stage before.
    """

    forces: jax.Array
    label: jax.Array
    share: jax.Array
    moved: jax.Array


def force(
    loss: Loss, row: Row, nodes: Nodes, samples: Samples
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Training score, force and the derivative of the force in h^t, arrays [N]."""
    past = samples.forces.shape[0]
    free = row.signal * nodes.y * nodes.margin + row.intercept
    free += row.mixing @ nodes.normals[: past + 1] + row.memory[:past] @ samples.forces
    used = (samples.label != 0) / samples.share
    weight = row.memory[-1] * used
    score = loss.training_score(free, samples.label, weight)
    bend = used * loss.curvature(score)
    slope = -bend / (1 + row.memory[-1] * bend)
    return score, used * loss.force(score, samples.label), slope


def update(
    world: World,
    loss: Loss,
    penalty: jax.Array,
    before: tuple[Stage, ...],
    nodes: Nodes,
    samples: Samples,
    row: Row,
) -> tuple[Row, jax.Array, jax.Array]:
    """The row that the equations give back for a guess, and rows t of A and Q."""
    past = len(before)
    _, g, slope = force(loss, row, nodes, samples)
    mean = nodes.mean
    along = nodes.y * nodes.margin
    variance = world.sigma**2

    # Newton's step of signal and intercept, both known only through E[g my] and E[g].
    misfit = jnp.stack(
        [mean(g * along) * world.gamma**2 - penalty * row.signal, mean(g) * world.intercept]
    )
    bends = jnp.stack([mean(slope * along**2), mean(slope * along), mean(slope)])
    if world.intercept:
        jacobian = jnp.stack(
            [
                jnp.stack([world.gamma**2 * bends[0] - penalty, world.gamma**2 * bends[1]]),
                bends[1:],
            ]
        )
        moved = jnp.linalg.solve(jacobian, misfit)
    else:
        moved = jnp.stack([misfit[0] / (world.gamma**2 * bends[0] - penalty), jnp.zeros(())])

    own = mean(slope)
    forces = jnp.concatenate([samples.forces, g[None]])
    energy = mean(forces * g)
    lower = _square([stage.row.mixing for stage in before])
    pulls = mean(g * nodes.normals[:past]) - own * row.mixing[:past]
    # Stein: E[g^t eps_s] = sum_r G_tr mixing_rs.
    responses = jax.scipy.linalg.solve_triangular(lower, pulls, lower=True, trans="T")
    a_row = jnp.append(-variance * responses, penalty - variance * own)

    a = _square([*(stage.response for stage in before), a_row])
    q = _square([*(stage.energy for stage in before), energy])
    inverse = jnp.linalg.inv(a)
    covariance = variance**2 / world.alpha * inverse @ (q + jnp.tril(q, -1).T) @ inverse.T
    mixed = jax.scipy.linalg.solve_triangular(lower, covariance[past, :past], lower=True)
    rest = covariance[past, past] - jnp.sum(mixed**2)
    mixing = jnp.append(mixed, jnp.sqrt(jnp.maximum(rest, 1e-30)))
    memory = variance / world.alpha * inverse[past]
    intercept = (row.intercept - moved[1]) * world.intercept
    found = Row(row.signal - moved[0], intercept, memory, mixing)
    return found, a_row, energy


def _square(rows: list[jax.Array]) -> jax.Array:
    """Rows of lengths 1, 2, ... as a lower triangular matrix."""
    size = len(rows)
    return (
        jnp.stack([jnp.pad(each, (0, size - len(each))) for each in rows])
        if rows
        else (jnp.zeros((0, 0)))
    )
