"""The stages so far played on nodes: scores, forces and the labels that come of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Problem
from relabel_lab.sim.learners import Penalised
from relabel_lab.sim.margins import TURNING
from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.limit.learners.losses import loss_of
from relabel_lab.theory.limit.learners.nodes import Nodes, labelled, with_normal
from relabel_lab.theory.limit.learners.stages import Samples, Stage, force


class Points(NamedTuple):
    """The same points for every stage."""

    points: Nodes

    def nodes(self, *_: object) -> Nodes:
        """The points."""
        return self.points


class Panels(NamedTuple):
    """Quadrature that knows where the labels of the stages so far turn."""

    problem: Problem
    positive: jax.Array
    edges: np.ndarray

    def nodes(
        self, schemes: Sequence[Scheme], learners: Sequence[Penalised], stages: tuple[Stage, ...]
    ) -> Nodes:
        """A normal for each stage so far, and one for the next."""
        nodes = labelled(self.problem, self.positive)
        for t in range(len(stages)):
            samples = replayed(schemes, learners, stages[:t], nodes)
            breaks = turns(schemes[t], learners[t], stages[t], nodes, samples)
            nodes = with_normal(nodes, self.edges, breaks)
        return with_normal(nodes, self.edges, jnp.zeros((nodes.weight.size, 0)))


def replayed(
    schemes: Sequence[Scheme],
    learners: Sequence[Penalised],
    stages: tuple[Stage, ...],
    nodes: Nodes,
) -> Samples:
    """Forces of all stages and the labels that the last of them leaves to the next."""
    so_far = len(stages)
    return _replayed(tuple(schemes[:so_far]), tuple(learners[:so_far]), stages, nodes)


@eqx.filter_jit
def _replayed(
    schemes: tuple[Scheme, ...],
    learners: tuple[Penalised, ...],
    stages: tuple[Stage, ...],
    nodes: Nodes,
) -> Samples:
    one = jnp.ones(())
    samples = Samples(jnp.zeros((0, nodes.weight.size)), nodes.given, one, one)
    for scheme, learner, stage in zip(schemes, learners, stages, strict=True):
        score, pull, _ = force(loss_of(learner), stage.row, nodes, samples)
        forces = jnp.concatenate([samples.forces, pull[None]])
        label = scheme.label(score, nodes.given)
        share = nodes.mean((label != 0).astype(jnp.float64))
        samples = Samples(forces, label, share, nodes.mean((label - samples.label) ** 2))
    return samples


@eqx.filter_jit
def turns(
    scheme: Scheme, learner: Penalised, stage: Stage, nodes: Nodes, samples: Samples
) -> jax.Array:
    """Values [N, B] of the next normal at which the label of this stage's score turns."""
    row, past = stage.row, samples.forces.shape[0]
    known = row.signal * nodes.y * nodes.margin + row.intercept
    known += row.mixing[:past] @ nodes.normals + row.memory[:past] @ samples.forces
    used = (samples.label != 0) / samples.share
    scores = jnp.asarray(scheme.width()) * TURNING
    pull = loss_of(learner).force(scores, samples.label[:, None])
    # The score is ``scores`` where the field h is that less the sample's own pull.
    free = scores - (row.memory[-1] * used)[:, None] * pull
    return (free - known[:, None]) / row.mixing[-1]
