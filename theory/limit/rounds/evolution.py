r"""State evolution over rounds (R21): each round adds a row to C, Q and a."""

from __future__ import annotations

from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim import Scheme
from relabel_lab.sim.schemes import Confident
from relabel_lab.theory.limit.parameters import Limit
from relabel_lab.theory.limit.rounds.card import folds_of
from relabel_lab.theory.limit.rounds.memory import Fields, answers, fields
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
    right = 1 - jnp.asarray(setting.noise.rate(setting.law)) * one
    return State(0 * one[:, None], one[:, None], limit.a0 * one, right, one, one[:0])


def advanced(setting: Setting, scheme: Scheme, state: State, panels: int) -> State:
    """The state after one more round of one problem."""
    law = fields_of(setting, scheme, state)
    if isinstance(scheme, Confident):
        return _confidently(setting, scheme, state, law, panels)
    return _extended(state, law, sums(_row(setting, scheme, state, law, panels)), 0.0)


def fields_of(setting: Setting, scheme: Scheme, state: State) -> Fields:
    """The law of the fields of all models so far."""
    folds = folds_of(scheme)
    return fields(state.response, state.overlap, setting.alpha, setting.levels, folds)


def kappas(setting: Setting, scheme: Scheme, state: State) -> jax.Array:
    r"""\(\kappa_t = \rho a_t/|\Sigma v_t|\) (R1) of all models so far, [t + 1]."""
    return setting.rho * state.signal / fields_of(setting, scheme, state).length


def bound(scheme: Scheme, thresholds: Any, setting: Setting) -> tuple[Scheme, ...]:
    """The rule of each turn, with the threshold that its round has."""
    if not isinstance(scheme, Confident):
        return (scheme,) * len(thresholds)
    return tuple(Confident(scheme.share, cut * setting.scale) for cut in thresholds)


def _row(
    setting: Setting, scheme: Scheme, state: State, law: Fields, panels: int, cut: Any = 0.0
) -> Row:
    rules = bound(scheme, [*state.thresholds, cut], setting)
    return Row(setting, law, state.signal, rules, panels)


def _confidently(
    setting: Setting, scheme: Confident, state: State, law: Fields, panels: int
) -> State:
    """A round whose threshold keeps the share asked for; only the law of its scores matters."""
    row = lambda cut: _row(setting, scheme, state, law, panels, cut)  # noqa: E731
    cut = solved(lambda t: sums(row(t)).used, scheme.share, _beyond(setting, state, law))
    return _extended(state, law, sums(row(cut)), cut)


def _beyond(setting: Setting, state: State, law: Fields) -> jax.Array:
    """A score that training samples hardly reach."""
    place = domain(setting.law)
    most = 1.0 if place is None else jnp.abs(setting.law.push(jnp.asarray(place.high)))
    drift = jnp.abs(law.pull * setting.rho * state.signal[-1]) * most
    noise = jnp.sum(jnp.abs(law.factor[-1])) + jnp.sum(jnp.abs(law.memory[-1]))
    return drift + 10 * noise


def _extended(state: State, law: Fields, found: Sums, cut: Any) -> State:
    """The state with one more row."""
    return State(
        jnp.pad(state.response, (0, 1)).at[-1, :-1].set(answers(found.noise, law.factor)),
        jnp.pad(state.overlap, (0, 1)).at[-1].set(found.overlap).at[:, -1].set(found.overlap),
        jnp.append(state.signal, found.a),
        jnp.append(state.right, found.right / found.used),
        jnp.append(state.coverage, found.used),
        jnp.append(state.thresholds, cut),
    )


@partial(jax.jit, static_argnames=("panels", "together"))
def advanced_all(
    setting: Setting, scheme: Scheme, state: State, panels: int, together: int = 1
) -> State:
    """`advanced` for settings and states [B, ...], ``together`` problems at a time."""
    step = lambda pair: advanced(pair[0], scheme, pair[1], panels)  # noqa: E731
    return jax.lax.map(step, (setting, state), batch_size=together)


@jax.jit
def started_all(setting: Setting) -> State:
    """`started` for settings [B, ...]."""
    return jax.vmap(started)(setting)


@jax.jit
def kappas_all(setting: Setting, scheme: Scheme, state: State) -> jax.Array:
    """`kappas` for settings and states [B, ...]: [B, t + 1]."""
    return jax.vmap(lambda one, there: kappas(one, scheme, there))(setting, state)
