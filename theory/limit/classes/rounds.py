r"""Several rounds with K classes in the limit: R21 with a multiple of \(\Pi\) for every number (R22).

The field of model t at a training sample is \(x_t = G_t + \sum_{j\le t} D_{tj}L_j\), G normal with
covariance \(K\otimes\Pi\), L the labels; response, overlap and signal are traces over K - 1.
Fields are integrated by scrambled Sobol points, the last of each round in closed form.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.schemes import Confident, Consensus, CrossFit, Scheme
from relabel_lab.theory.limit.classes.closing import closed
from relabel_lab.theory.limit.classes.points import normals
from relabel_lab.theory.limit.classes.setting import Setting
from relabel_lab.theory.limit.rounds import Coupling, Fields, Paths, answers, coupling, fields


class _Sample(NamedTuple):
    """Nodes [M]: class 0, given label right (0) or wrong (1); noise of the fields [T, K, M]."""

    weight: jax.Array
    given: jax.Array
    xi: jax.Array


class _Carry(NamedTuple):
    """C, Q and a so far, padded with zeros, and the labels L [T + 1, K, M]."""

    response: jax.Array
    overlap: jax.Array
    signal: jax.Array
    labels: jax.Array


def trajectories(at: Setting, scheme: Scheme, classes: int, rounds: int, seed: int) -> Paths:
    """Rounds 0 ... ``rounds`` of every replicate, arrays [B, REPLICATES, rounds + 1]; B settings."""
    how = coupling(scheme.folds if isinstance(scheme, CrossFit) else None)
    return _trajectories(at, scheme, how, normals(rounds, classes, seed))


@jax.jit
def _trajectories(at: Setting, scheme: Scheme, how: Coupling, xi: Any) -> Paths:
    one = lambda setting: jax.lax.map(partial(_trajectory, setting, scheme, how), xi)  # noqa: E731
    return jax.lax.map(one, at)


def _trajectory(at: Setting, scheme: Scheme, how: Coupling, xi: jax.Array) -> Paths:
    rounds, classes, size = xi.shape
    sample = _sample(at, xi)
    first = jax.nn.one_hot(sample.given, classes, axis=0, dtype=jnp.float64) - 1 / classes
    square = jnp.zeros((rounds + 1, rounds + 1))
    begin = _Carry(
        square,
        square.at[0, 0].set(1 / classes),
        square[0].at[0].set(at.signal(at.keep, 1 - at.keep)),
        jnp.zeros((rounds + 1, *first.shape)).at[0].set(first),
    )
    step = partial(_step, at, scheme, how, sample)
    carry, (right, used) = jax.lax.scan(step, begin, jnp.arange(rounds))
    kappa = at.rho * carry.signal / (jnp.sqrt(2.0) * _law(at, how, carry).length)
    right = jnp.append(at.keep, right / used)
    return Paths(kappa, right, jnp.append(jnp.ones(()), used))


def _sample(at: Setting, xi: jax.Array) -> _Sample:
    size = xi.shape[-1]
    share = jnp.repeat(jnp.stack([at.keep, 1 - at.keep]), size) / size
    return _Sample(share, jnp.repeat(jnp.arange(2), size), jnp.tile(xi, 2))


def _law(at: Setting, how: Coupling, carry: _Carry) -> Fields:
    one = jnp.ones(1)
    return fields(carry.response, carry.overlap, at.alpha, one, one, how)


def _step(
    at: Setting, scheme: Scheme, how: Coupling, sample: _Sample, carry: _Carry, turn: jax.Array
) -> tuple[_Carry, tuple[jax.Array, jax.Array]]:
    """One round: the labels at the field of model ``turn``."""
    law = _law(at, how, carry)
    spread = law.factor[turn, turn]
    before = law.factor[turn].at[turn].set(0)[:-1]
    known = jnp.tensordot(law.memory[turn], carry.labels, 1) + jnp.tensordot(before, sample.xi, 1)
    known = known.at[0].add(law.pull * at.rho * carry.signal[turn])
    scores = known + spread * sample.xi[turn]
    lead = jnp.zeros(())
    if isinstance(scheme, Confident):
        lead = threshold(scores, sample.weight, scheme.share)
    allowed = _allowed(scheme, sample, len(scores))
    mass, noise = closed(known / spread, lead / spread)
    mass, noise = mass * allowed, noise * allowed
    used = jnp.sum(mass, axis=0)
    new = _Row.of(carry, sample, mass, noise, turn)
    label = winner(scores, lead) * allowed
    label = label - jnp.sum(label, axis=0) / len(scores)
    following = _Carry(
        carry.response.at[turn + 1].set(answers(new.along, law.factor)),
        carry.overlap.at[turn + 1].set(new.overlap).at[:, turn + 1].set(new.overlap),
        carry.signal.at[turn + 1].set(new.signal),
        carry.labels.at[turn + 1].set(label),
    )
    return following, (mass[0] @ sample.weight, used @ sample.weight)


class _Row(NamedTuple):
    """A row of Q and of C times the factor, [T + 1] each, and the signal."""

    overlap: jax.Array
    along: jax.Array
    signal: jax.Array

    @classmethod
    def of(
        cls, carry: _Carry, sample: _Sample, mass: jax.Array, noise: jax.Array, turn: jax.Array
    ) -> _Row:
        """From the probability [K, M] of each label and its expectation times its last noise."""
        classes = len(mass)
        used = jnp.sum(mass, axis=0)
        weighted = sample.weight * (mass - used / classes) / (classes - 1)
        place = jnp.arange(carry.signal.size)
        overlap = jnp.tensordot(carry.labels, weighted, 2)
        overlap = jnp.where(place == turn + 1, used @ sample.weight / classes, overlap)
        along = jnp.append(jnp.tensordot(sample.xi, weighted, 2), 0)
        last = jnp.sum(noise @ sample.weight) / (classes - 1)
        along = jnp.where(place == turn, last, jnp.where(place < turn, along, 0))
        return cls(overlap, along, jnp.sum(weighted[0]))


def _allowed(scheme: Scheme, sample: _Sample, classes: int) -> jax.Array:
    """Which labels may be trained on, [K, M]."""
    if isinstance(scheme, Consensus):
        return jax.nn.one_hot(sample.given, classes, axis=0, dtype=jnp.float64)
    return jnp.ones((classes, sample.given.size))


def winner(scores: jax.Array, lead: jax.Array) -> jax.Array:
    """One for the winner, where it leads by enough, [K, M]."""
    best, place = jax.lax.top_k(scores.T, 2)
    led = best[:, 0] - best[:, 1] >= lead
    return jax.nn.one_hot(place[:, 0], len(scores), axis=0, dtype=jnp.float64) * led


def threshold(scores: jax.Array, weight: jax.Array, share: Any) -> jax.Array:
    """The lead over the runner-up that a share of the samples reaches; 0 for all of them."""
    best = jax.lax.top_k(scores.T, 2)[0]
    leads = best[:, 0] - best[:, 1]
    order = jnp.argsort(-leads)
    kept = jnp.cumsum(weight[order])
    found = leads[order][jnp.minimum(jnp.searchsorted(kept, share), leads.size - 1)]
    return jnp.where(jnp.asarray(share) >= 1, 0.0, found)
