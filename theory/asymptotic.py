r"""Predictions in the proportional limit \(n, r \to \infty\), \(n/r = \alpha\) (R5, R5s)."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp

from sim.outcome import Outcome, outcome
from sim.problem import Problem
from sim.schemes import Initial, Scheme
from sim.validate import whole
from theory.limit import Limit, limit_of
from theory.moments import moments


def predict(problem: Problem, scheme: Scheme, rounds: int = 1) -> Outcome:
    """Kappa, log-error, label accuracy and coverage of round 0 ... ``rounds`` (R5, R5s).

    With a spectrum the prediction asks that no eigenvalue dominates, so that traces
    self-average; where a few do, only the exact law (the dice engine) serves.

    Args:
        problem: scalars or arrays that broadcast, shape [...].
        scheme: a scheme with registered `theory.moments.moments`.
        rounds: 0 or 1; any number for the schemes of `theory.dynamics`.

    Returns:
        An `Outcome` of arrays [..., rounds + 1].

    Raises:
        ValueError: for an unknown scheme, or for several rounds, where no limit is known.
    """
    whole("rounds", rounds, 0)
    bound = scheme.bind(problem, rounds)
    if rounds > 1:
        from theory.dynamics import several_rounds  # builds on this module

        return several_rounds(bound, problem, rounds)
    return _predict(problem, bound, rounds)


@partial(jax.jit, static_argnames="rounds")
def predict_limit(limit: Limit, scheme: Scheme, rounds: int = 1) -> Outcome:
    """As `predict`, for a `Limit` given by its own parameters."""
    first = _predicted(limit, Initial())
    later = _predicted(limit, scheme) if rounds else first
    return jax.tree.map(lambda *leaves: jnp.stack(leaves, axis=-1), first, *[later] * rounds)


@jax.jit
def kappa(limit: Limit, scheme: Scheme) -> jax.Array:
    """Kappa after one round of ``scheme`` (R5), shape [...]."""
    labels = moments(scheme, limit)
    return limit.kappa(labels.a, labels.c, labels.b, labels.v)


@partial(jax.jit, static_argnames="rounds")
def _predict(problem: Problem, scheme: Scheme, rounds: int) -> Outcome:
    return predict_limit(limit_of(problem), scheme, rounds)


def _predicted(limit: Limit, scheme: Scheme) -> Outcome:
    labels = moments(scheme, limit)
    after = limit.kappa(labels.a, labels.c, labels.b, labels.v)
    accuracy, coverage, after = jnp.broadcast_arrays(labels.label_accuracy, labels.coverage, after)
    return outcome(limit.law, after, accuracy, coverage)
