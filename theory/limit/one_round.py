r"""Predictions in the proportional limit \(n, r \to \infty\), \(n/r = \alpha\) (R5, R5s)."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp

from relabel_lab.sim import Outcome, Problem
from relabel_lab.sim.schemes import Initial, Scheme
from relabel_lab.theory.limit.label_moments import moments
from relabel_lab.theory.limit.parameters import Limit, limit_of


@partial(jax.jit, static_argnames="rounds")
def predict_limit(limit: Limit, scheme: Scheme, rounds: int = 1) -> Outcome:
    """As `relabel_lab.theory.predict`, for a `Limit` given by its own parameters."""
    first = _predicted(limit, Initial())
    later = _predicted(limit, scheme) if rounds else first
    return jax.tree.map(lambda *leaves: jnp.stack(leaves, axis=-1), first, *[later] * rounds)


@jax.jit
def kappa(limit: Limit, scheme: Scheme) -> jax.Array:
    """Kappa after one round of ``scheme`` (R5), shape [...]."""
    labels = moments(scheme, limit)
    return limit.kappa(labels.a, labels.c, labels.b, labels.v)


@partial(jax.jit, static_argnames="rounds")
def one_round(problem: Problem, scheme: Scheme, rounds: int = 1) -> Outcome:
    """As `relabel_lab.theory.predict`, for a bound scheme and ``rounds`` 0 or 1."""
    return predict_limit(limit_of(problem), scheme, rounds)


def _predicted(limit: Limit, scheme: Scheme) -> Outcome:
    labels = moments(scheme, limit)
    after = limit.kappa(labels.a, labels.c, labels.b, labels.v)
    accuracy, coverage, after = jnp.broadcast_arrays(labels.label_accuracy, labels.coverage, after)
    return Outcome(after, limit.law.log_error(after), accuracy, coverage)
