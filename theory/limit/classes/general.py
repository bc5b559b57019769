r"""The limit of K classes whose labels flip by a matrix: R21 with K - 1 by K - 1 blocks (R22).

Without the symmetry of the classes response, overlap and signal are blocks in the space of
contrasts.  Everything is an average over scrambled Sobol points: class, given label, fields.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.linalg import solve_triangular
from scipy.special import ndtri

from relabel_lab.sim.classes import contrasts, directions, drawn_label, kappa, log_error
from relabel_lab.sim.schemes import Confident, Consensus, CrossFit, Initial, Scheme
from relabel_lab.theory.limit.classes.points import uniforms
from relabel_lab.theory.limit.classes.rounds import threshold, winner
from relabel_lab.theory.limit.rounds import Coupling, coupling

LOG_POINTS = 13
FLOOR, TINY = 1e-10, 1e-290  # of a field's variance; instead of 0 for rounds not there yet


class Settings(NamedTuple):
    r"""Separation \(\tilde\rho\) and n/r [B], and the flip matrix [K, K]."""

    rho: jax.Array
    alpha: jax.Array
    flips: jax.Array


class GeneralPaths(NamedTuple):
    """Arrays [B, REPLICATES, rounds + 1]."""

    kappa: jax.Array
    log_error: jax.Array
    right: jax.Array
    coverage: jax.Array


class _Law(NamedTuple):
    """Memory and factor of the fields [S, S], S = (T + 1)(K - 1), and noise of the models."""

    memory: jax.Array
    factor: jax.Array
    noise: jax.Array


class _Carry(NamedTuple):
    """C, Q [S, S], signals [T + 1, K - 1, K] and labels [S, N], padded with zeros."""

    response: jax.Array
    overlap: jax.Array
    signal: jax.Array
    labels: jax.Array


class _Sample(NamedTuple):
    """Points [N]: classes, given labels and noise of the fields [S, N]."""

    true: jax.Array
    given: jax.Array
    xi: jax.Array


def general_trajectories(at: Settings, scheme: Scheme, rounds: int, seed: int) -> GeneralPaths:
    """Rounds 0 ... ``rounds`` of every replicate."""
    width = len(at.flips) - 1
    how = coupling(scheme.folds if isinstance(scheme, CrossFit) else None)
    uniform = uniforms(LOG_POINTS, 2 + rounds * width, seed)
    keys = jax.random.split(jax.random.key(seed), len(uniform))
    return _trajectories(at, scheme, how, uniform[:, :2], ndtri(uniform[:, 2:]), keys)


@jax.jit
def _trajectories(
    at: Settings, scheme: Scheme, how: Coupling, labels: Any, xi: Any, keys: jax.Array
) -> GeneralPaths:
    def one(numbers: tuple[jax.Array, jax.Array]) -> GeneralPaths:
        setting = Settings(*numbers, at.flips)
        run = partial(_trajectory, setting, scheme, how)
        return jax.lax.map(lambda draws: run(*draws), (labels, xi, keys))

    return jax.lax.map(one, (at.rho, at.alpha))


def _trajectory(
    at: Settings, scheme: Scheme, how: Coupling, labels: Any, xi: Any, key: jax.Array
) -> GeneralPaths:
    basis = jnp.asarray(contrasts(len(at.flips)))
    width = basis.shape[1]
    rounds = xi.shape[0] // width
    sample = _sample(at, labels, jnp.pad(xi, ((0, width), (0, 0))))
    begin = _started(at, basis, sample, rounds)
    step = partial(_step, at, scheme, how, basis, sample)
    carry, (right, used) = jax.lax.scan(step, begin, jnp.arange(rounds))
    law = _law(at, how, carry)
    along = directions(key, len(at.flips))

    def graded(turn: jax.Array) -> tuple[jax.Array, jax.Array]:
        means, rows = _means(at, carry.signal[turn]), turn * width
        block = jax.lax.dynamic_slice(law.noise, (rows, rows), (width, width))
        lost = log_error(basis @ means, basis @ block @ basis.T, along)
        return kappa(means @ basis, block), lost

    parameter, lost = jax.lax.map(graded, jnp.arange(rounds + 1))
    first = jnp.mean(jnp.diagonal(at.flips))
    right, used = jnp.append(first, right), jnp.append(jnp.ones(()), used)
    return GeneralPaths(parameter, lost, right, used)


def _sample(at: Settings, labels: jax.Array, xi: jax.Array) -> _Sample:
    true = jnp.floor(labels[0] * len(at.flips)).astype(int)
    return _Sample(true, drawn_label(at.flips, true, labels[1]), xi)


def _started(at: Settings, basis: jax.Array, sample: _Sample, rounds: int) -> _Carry:
    """The given labels, whose averages are known."""
    classes, width = basis.shape
    size = (rounds + 1) * width
    shares = jnp.mean(at.flips, axis=0)
    square = jnp.zeros((size, size))
    overlap = square.at[:width, :width].set(basis.T @ (shares[:, None] * basis))
    signal = jnp.zeros((rounds + 1, width, classes)).at[0].set((at.flips @ basis).T / classes)
    labels = jnp.zeros((size, sample.true.size)).at[:width].set(basis[sample.given].T)
    return _Carry(square, overlap, signal, labels)


def _means(at: Settings, signal: jax.Array) -> jax.Array:
    """Mean scores of each class over the noise unit, [K - 1, K]."""
    return at.rho * (signal - jnp.mean(signal, axis=1, keepdims=True))


def _law(at: Settings, how: Coupling, carry: _Carry) -> _Law:
    identity = jnp.eye(len(carry.response))

    def resolved(mode: jax.Array) -> jax.Array:
        lower = identity - mode * carry.response
        return solve_triangular(lower, identity, lower=True, unit_diagonal=True)

    carried = jax.vmap(resolved)(how.response)
    noise = carried @ carry.overlap @ jnp.swapaxes(carried, 1, 2) / at.alpha
    memory = jnp.tensordot(how.memory, carried, 1) / at.alpha
    covariance = jnp.tensordot(how.covariance, noise, 1)
    least = jnp.diag(FLOOR * jnp.diagonal(covariance) + TINY)
    return _Law(memory, jnp.linalg.cholesky(covariance + least), noise[0])


def _step(
    at: Settings,
    scheme: Scheme,
    how: Coupling,
    basis: jax.Array,
    sample: _Sample,
    carry: _Carry,
    turn: jax.Array,
) -> tuple[_Carry, tuple[jax.Array, jax.Array]]:
    """One round: the labels at the field of model ``turn``."""
    law, (classes, width) = _law(at, how, carry), basis.shape
    rows = lambda matrix, at_turn: jax.lax.dynamic_slice_in_dim(matrix, at_turn * width, width)  # noqa: E731
    pull = how.pull * _means(at, carry.signal[turn])
    field = rows(law.memory, turn) @ carry.labels + rows(law.factor, turn) @ sample.xi
    chosen = _chosen(scheme, basis @ (field + pull[:, sample.true]), sample)
    label = basis.T @ chosen
    share = label / label.shape[1]
    right = jnp.mean(jnp.take_along_axis(chosen, sample.true[None], axis=0))
    used = jnp.mean(jnp.sum(chosen, axis=0))

    past = jnp.arange(len(carry.labels)) < (turn + 1) * width
    along = jnp.where(past, share @ sample.xi.T, 0)
    answer = solve_triangular(law.factor, along.T, trans="T", lower=True).T
    put = partial(jax.lax.dynamic_update_slice_in_dim, start_index=(turn + 1) * width, axis=0)
    labels = put(carry.labels, label)
    overlap = share @ labels.T
    overlaps = put(put(carry.overlap, overlap).T, overlap)
    one_hot = jax.nn.one_hot(sample.true, classes, dtype=jnp.float64)
    signal = carry.signal.at[turn + 1].set(share @ one_hot)
    following = _Carry(put(carry.response, answer), overlaps, signal, labels)
    return following, (right / used, used)


def _chosen(scheme: Scheme, scores: jax.Array, sample: _Sample) -> jax.Array:
    """One for the label that is trained on, [K, N]."""
    given = jax.nn.one_hot(sample.given, len(scores), axis=0, dtype=jnp.float64)
    if isinstance(scheme, Initial):
        return given
    lead = jnp.zeros(())
    if isinstance(scheme, Confident):
        lead = threshold(scores, jnp.full(scores.shape[1], 1 / scores.shape[1]), scheme.share)
    chosen = winner(scores, lead)
    return chosen * given if isinstance(scheme, Consensus) else chosen
