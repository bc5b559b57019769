r"""State evolution over rounds (R21): each round adds a row to C, Q and a."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim import Scheme
from relabel_lab.sim.kit import Scalar
from relabel_lab.sim.schemes import Confident
from relabel_lab.theory.limit.parameters import Limit
from relabel_lab.theory.limit.rounds.memory import Fields, answers, fields, load
from relabel_lab.theory.limit.rounds.panels import Panels
from relabel_lab.theory.limit.rounds.row import Sums, sums
from relabel_lab.theory.limit.rounds.setting import Setting, domain
from relabel_lab.theory.limit.rounds.threshold import solved
from relabel_lab.theory.limit.rounds.tree import Row


class State(eqx.Module):
    r"""What t rounds have fixed: all that the law of later rounds depends on.

    Attributes:
        response: C [t + 1, t + 1], strictly lower triangular: how labels answer to fields.
        overlap: Q [t + 1, t + 1]: \(E[\tau_t\tau_u]\).
        signal: a [t + 1]: E[m f].
        right: P(label right) among those trained on [t + 1].
        coverage: P(trained on) [t + 1].
        thresholds: where each round cut, over the scale; 0 for rules that do not cut, [t].
    """

    response: jax.Array
    overlap: jax.Array
    signal: jax.Array
    right: jax.Array
    coverage: jax.Array
    thresholds: jax.Array

    @property
    def rounds(self) -> int:
        """How many rounds it holds."""
        return self.signal.shape[-1] - 1


def started(setting: Setting) -> State:
    r"""The given labels, \(\tau_0 = 1\), of one problem."""
    one = jnp.ones((1,))
    limit = Limit(
        1.0, 1.0, 1.0, 0.0, 1.0, setting.law, setting.noise
    )  # its a0 needs the laws alone
    right = 1 - jnp.asarray(setting.noise.mean_flip(setting.law)) * one
    return State(0 * one[:, None], one[:, None], limit.a0 * one, right, one, one[:0])


def advanced(setting: Setting, scheme: Scheme, state: State, size: Panels) -> State:
    """The state after one more round of one problem."""
    law = fields_of(setting, state)
    if isinstance(scheme, Confident):
        return _confidently(setting, scheme, state, law, size)
    return _extended(state, law, sums(_row(setting, scheme, state, law, size)), 0.0)


def fields_of(setting: Setting, state: State) -> Fields:
    """The law of the fields of all models so far."""
    return fields(
        state.response,
        state.overlap,
        setting.alpha,
        setting.levels,
        setting.weights,
        setting.coupling,
    )


def kappas(setting: Setting, state: State) -> jax.Array:
    r"""\(\kappa_t = \rho a_t/|\Sigma v_t|\) (R1) of all models so far, [t + 1]."""
    return setting.rho * state.signal / fields_of(setting, state).length


def largest_share(setting: Setting, response: jax.Array, overlap: jax.Array) -> jax.Array:
    """The largest share of any model's noise that the largest eigenvalue carries."""
    law = fields(
        response, overlap, setting.alpha, setting.levels, setting.weights, setting.coupling
    )
    top, dimensions = setting.top
    by = setting.coupling.response[0] * top
    return jnp.max(load(response, overlap, setting.alpha, top, by, law.length)) / dimensions


def bound(scheme: Scheme, thresholds: Iterable[Scalar], setting: Setting) -> tuple[Scheme, ...]:
    """The rule of each turn, with the threshold that its round has."""
    return tuple(cut_at(scheme, cut, setting.scale) for cut in thresholds)


def cut_at(scheme: Scheme, cut: Scalar, scale: Scalar) -> Scheme:
    """The rule with the threshold ``cut`` over the scale; itself if it does not cut."""
    return Confident(scheme.share, cut * scale) if isinstance(scheme, Confident) else scheme


def _row(
    setting: Setting, scheme: Scheme, state: State, law: Fields, size: Panels, cut: Scalar = 0.0
) -> Row:
    rules = bound(scheme, [*state.thresholds, cut], setting)
    return Row(setting, law, state.signal, rules, size)


def _confidently(
    setting: Setting, scheme: Confident, state: State, law: Fields, size: Panels
) -> State:
    """A round whose threshold keeps the share asked for; only the law of its scores matters."""
    row = lambda cut: _row(setting, scheme, state, law, size, cut)  # noqa: E731
    high = beyond(setting, state.signal[-1], law.pull, law.factor[-1], law.memory[-1])
    cut = solved(lambda t: sums(row(t)).used, scheme.share, high)
    return _extended(state, law, sums(row(cut)), cut)


def beyond(
    setting: Setting, signal: jax.Array, pull: Scalar, factor: jax.Array, memory: jax.Array
) -> jax.Array:
    """A score over the scale that training samples hardly reach, from one field's row."""
    place = domain(setting.law)
    most = 1.0 if place is None else jnp.abs(setting.law.push(jnp.asarray(place.high)))
    drift = jnp.abs(pull * setting.rho * signal) * most
    return drift + 10 * jnp.sum(jnp.abs(factor)) + jnp.sum(jnp.abs(memory))


def _extended(state: State, law: Fields, found: Sums, cut: Scalar) -> State:
    """The state with one more row."""
    return State(
        jnp.pad(state.response, (0, 1)).at[-1, :-1].set(answers(found.noise, law.factor)),
        jnp.pad(state.overlap, (0, 1)).at[-1].set(found.overlap).at[:, -1].set(found.overlap),
        jnp.append(state.signal, found.a),
        jnp.append(state.right, found.right / found.used),
        jnp.append(state.coverage, found.used),
        jnp.append(state.thresholds, cut),
    )


@partial(jax.jit, static_argnames=("most", "together"))
def advanced_all(
    setting: Setting, scheme: Scheme, state: State, used: Scalar, *, most: int, together: int
) -> State:
    """`advanced` for settings and states [B, ...], ``together`` problems at a time.

    ``used`` of ``most`` panels a variable are not empty.
    """
    step = lambda pair: advanced(pair[0], scheme, pair[1], Panels(most, used))  # noqa: E731
    return jax.lax.map(step, (setting, state), batch_size=together)


@jax.jit
def started_all(setting: Setting) -> State:
    """`started` for settings [B, ...]."""
    return jax.vmap(started)(setting)


@jax.jit
def kappas_all(setting: Setting, state: State) -> jax.Array:
    """`kappas` for settings and states [B, ...]: [B, t + 1]."""
    return jax.vmap(kappas)(setting, state)


@jax.jit
def shares_all(setting: Setting, state: State) -> jax.Array:
    """`largest_share` for settings and states [B, ...]: [B]."""
    return jax.vmap(largest_share)(setting, state.response, state.overlap)
