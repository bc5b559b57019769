r"""Many rounds by quasi-Monte Carlo: scrambled Sobol points for the noise of the fields (R21).

The points are one tree of nodes for all rounds; the last field of each stays in closed form for
hard rules.  Replicates with scrambles of their own run whole trajectories, and their spread is
the error.  Rounds are the steps of a loop over arrays of one size, so that many rounds compile
like one.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import ndtri

from relabel_lab.sim import Margin, Scheme
from relabel_lab.sim.kit import Scalar
from relabel_lab.sim.schemes import Confident, History
from relabel_lab.theory.limit.rounds.card import is_stepwise, relabelled
from relabel_lab.theory.limit.rounds.closing import last_label
from relabel_lab.theory.limit.rounds.evolution import beyond, cut_at, largest_share, started
from relabel_lab.theory.limit.rounds.memory import Fields, answers, fields
from relabel_lab.theory.limit.rounds.setting import Setting
from relabel_lab.theory.limit.rounds.threshold import solved

LOG_POINTS = 12
REPLICATES = 16


class Paths(NamedTuple):
    """Kappa, label accuracy and coverage of rounds 0 ... T, arrays [..., T + 1]."""

    kappa: jax.Array
    right: jax.Array
    coverage: jax.Array


@lru_cache(maxsize=8)
def points(rounds: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Uniform points for margins [R, N], and normal ones for the fields [R, rounds, N]."""
    from scipy.stats import qmc  # half a second to import, which one round need not wait for

    draws = [
        qmc.Sobol(rounds + 1, seed=np.random.default_rng([seed, i])).random_base2(LOG_POINTS).T
        for i in range(REPLICATES)
    ]
    inside = np.clip(np.stack(draws), 2.0**-54, 1 - 2.0**-54)
    return inside[:, 0], ndtri(inside[:, 1:])


def trajectories(
    setting: Setting, scheme: Scheme, rounds: int, seed: int
) -> tuple[Paths, jax.Array]:
    """`Paths` of every replicate, [B, R, rounds + 1], and `largest_share` [B, R]; B settings."""
    return _trajectories(setting, scheme, *points(rounds, seed))


@jax.jit
def _trajectories(
    setting: Setting, scheme: Scheme, uniform: jax.Array, normal: jax.Array
) -> tuple[Paths, jax.Array]:
    one = lambda problem: jax.vmap(partial(_trajectory, problem, scheme))(uniform, normal)  # noqa: E731
    return jax.lax.map(one, setting)


class _Carry(NamedTuple):
    """C, Q and a so far, padded with zeros; labels [T + 1, N] and the last of them."""

    response: jax.Array
    overlap: jax.Array
    signal: jax.Array
    labels: jax.Array
    last: History


class _Sample(NamedTuple):
    """The nodes [N]: both signs at every point."""

    weight: jax.Array
    sign: jax.Array
    m: jax.Array
    xi: jax.Array


def _sample(setting: Setting, uniform: jax.Array, normal: jax.Array) -> _Sample:
    m = jnp.tile(_margins(setting.law, uniform), 2)
    sign = jnp.repeat(jnp.array([1.0, -1.0]), uniform.size)
    flipped = setting.noise.flip_given_margin(m)
    weight = jnp.where(sign > 0, 1 - flipped, flipped) / uniform.size
    return _Sample(weight, sign, m, jnp.tile(normal, 2))


def _margins(law: Margin, uniform: jax.Array) -> jax.Array:
    base = jax.scipy.stats.norm.ppf(uniform) if law.source == "normal" else uniform
    return law.push(base)


def _trajectory(
    setting: Setting, scheme: Scheme, uniform: jax.Array, normal: jax.Array
) -> tuple[Paths, jax.Array]:
    sample, first = _sample(setting, uniform, normal), started(setting)
    rounds, size = normal.shape[0], sample.m.size
    one = jnp.ones(size)
    square = jnp.zeros((rounds + 1, rounds + 1))
    begin = _Carry(
        square,
        square.at[0, 0].set(1),
        square[0].at[0].set(first.signal[0]),
        jnp.zeros((rounds + 1, size)).at[0].set(one),
        History(one, one),
    )
    step = partial(_step, setting, scheme, sample)
    carry, (right, used) = jax.lax.scan(step, begin, jnp.arange(rounds))
    law = _fields(setting, carry)
    right = jnp.concatenate([first.right, right / used])
    kappa = setting.rho * carry.signal / law.length
    share = largest_share(setting, carry.response, carry.overlap)
    return Paths(kappa, right, jnp.concatenate([first.coverage, used])), share


def _fields(setting: Setting, carry: _Carry) -> Fields:
    how = (setting.alpha, setting.levels, setting.weights, setting.coupling)
    return fields(carry.response, carry.overlap, *how)


def _step(
    setting: Setting, scheme: Scheme, sample: _Sample, carry: _Carry, turn: jax.Array
) -> tuple[_Carry, tuple[jax.Array, jax.Array]]:
    """One round: the label at the field of model ``turn``."""
    law = _fields(setting, carry)
    factor, memory, signal = law.factor[turn], law.memory[turn], carry.signal[turn]
    spread = factor[turn]
    factor = factor.at[turn].set(0)[:-1]
    known = law.pull * setting.rho * signal * sample.sign * sample.m
    known = known + memory @ carry.labels + factor @ sample.xi
    size = jnp.arange(carry.signal.size)

    def found(cut: Scalar) -> jax.Array:
        rule = cut_at(scheme, cut, setting.scale)
        if is_stepwise(rule):
            label = last_label(rule, turn, setting.scale, known, spread, carry.last, sample.sign)
            return jnp.stack([*label[:4], *label.noise])
        return jnp.stack(_at_points(rule, turn, setting, known, spread, carry.last, sample))

    cut: Scalar = 0.0
    if isinstance(scheme, Confident):
        high = beyond(setting, signal, law.pull, law.factor[turn], memory)
        cut = solved(lambda t: found(t)[2] @ sample.weight, scheme.share, high)
    mean, square, used, right, noise = found(cut)
    weighted = sample.weight * mean
    overlap = jnp.where(size == turn + 1, sample.weight @ square, carry.labels @ weighted)
    along = jnp.append(sample.xi @ weighted, 0)
    along = jnp.where(size == turn, sample.weight @ noise, jnp.where(size < turn, along, 0))
    rule = cut_at(scheme, cut, setting.scale)
    last = relabelled(rule, turn, known + spread * sample.xi[turn], setting.scale, carry.last)
    following = _Carry(
        carry.response.at[turn + 1].set(answers(along, law.factor)),
        carry.overlap.at[turn + 1].set(overlap).at[:, turn + 1].set(overlap),
        carry.signal.at[turn + 1].set(jnp.sum(sample.m * sample.sign * weighted)),
        carry.labels.at[turn + 1].set(last.trained),
        last,
    )
    return following, (sample.weight @ right, sample.weight @ used)


def _at_points(
    rule: Scheme,
    turn: jax.Array,
    setting: Setting,
    known: jax.Array,
    spread: jax.Array,
    last: History,
    sample: _Sample,
) -> list[jax.Array]:
    """Label, square, used, right and label times noise, at the points themselves."""
    xi = sample.xi[turn]
    label = relabelled(rule, turn, known + spread * xi, setting.scale, last).trained
    right = label * sample.sign > 0
    return [label, label**2, (label != 0) * 1.0, right * 1.0, label * xi]
