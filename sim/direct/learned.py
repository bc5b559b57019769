"""Retraining on drawn data with any learner: fit, score, relabel, fit again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from relabel_lab.sim.direct.drawing import (
    Labels,
    Layout,
    draw_labels,
    eigenvalues,
    fold_blocks,
    streams,
)
from relabel_lab.sim.direct.quality import log_error, margin_parameter, summarised
from relabel_lab.sim.kit import PyTree, reject
from relabel_lab.sim.learners import Fit, Learner, score
from relabel_lab.sim.outcome import Outcome, settled
from relabel_lab.sim.problem import Problem
from relabel_lab.sim.schemes import Scheme


class LearnedOutcome(Outcome):
    """An `Outcome` that also says where the learner converged; arrays [seeds, rounds + 1].

    With an intercept, ``kappa`` is still the margin parameter of the weights, while
    ``log_error`` and accuracy take the intercept into account.

    Attributes:
        residual: `sim.learners.Fit.residual` of every fit.
        converged: whether every fit reached its tolerance.
    """

    residual: jax.Array
    converged: jax.Array


def learned_rounds(
    plan: Layout,
    problem: Problem,
    schemes: Sequence[Scheme],
    learner: Learner,
    rounds: int,
    positive: float,
    throw: bool,
    over: Callable[..., Any],
) -> dict[str, Outcome]:
    """Outcomes by scheme; ``over(kernel, *operands)`` maps a kernel over the seeds."""
    for scheme in schemes:
        if not scheme.any_learner:
            raise reject("scheme", scheme.name, "a rule not made for the averaging classifier")
    raw = over(LearnedRounds(plan, rounds), problem, tuple(schemes), learner, float(positive))
    results = {}
    for scheme, (summary, shift, residual, converged) in zip(schemes, raw, strict=True):
        kappa, offset = settled(summary), settled(replace(summary, kappa=shift))
        results[scheme.name] = LearnedOutcome(
            kappa,
            log_error(problem.law, kappa, offset, positive),
            summary.label_accuracy,
            summary.coverage,
            residual,
            converged,
        )
    if throw:
        _insist(results)
    return dict(results)


def _insist(results: dict[str, LearnedOutcome]) -> None:
    for name, result in results.items():
        failed = ~jnp.all(result.converged, axis=-1)
        if failed.any():
            raise RuntimeError(
                f"the learner has not converged for {int(failed.sum())} of {failed.size} seeds of "
                f"scheme {name} (largest residual {float(result.residual.max()):.2g}); raise its "
                "tolerance or penalty, use float64, or pass throw=False and read `converged`"
            )


class LearnedRounds(eqx.Module):
    """One seed: its draws and, for each scheme, columns [rounds + 1] of what is reported."""

    plan: Layout
    rounds: int = eqx.field(static=True)

    def __call__(self, key: jax.Array, operands: PyTree) -> PyTree:
        """Run the seed; operands are (problem, schemes, learner, share of positive labels)."""
        problem, schemes, learner, share = operands
        for_labels, for_features = streams(key)
        labels = draw_labels(self.plan, problem, for_labels, for_features, share)
        x = _stored(self.plan, problem, for_features, labels)
        given, y = labels.given.reshape(-1), labels.y.reshape(-1)
        scales = jnp.concatenate([jnp.zeros(1), jnp.sqrt(eigenvalues(problem, self.plan.d))])
        first = learner.fit(x, given)

        def columns(scheme: Scheme) -> PyTree:
            fits, used = refit(scheme, learner, x, given, first, self.rounds)
            kappa = margin_parameter(fits.theta, problem.gamma, scales)
            shift = fits.intercept / jnp.linalg.norm(scales * fits.theta, axis=-1)
            summary = summarised(kappa, used[:, None], y[None], self.plan.n)
            if not learner.linear:  # labels of another size give it another model
                same = jnp.all(used == used[:1], axis=-1)
                summary = replace(summary, unchanged=summary.unchanged & same)
            return summary, shift, fits.residual, fits.converged

        return tuple(columns(scheme) for scheme in schemes)


def refit(
    scheme: Scheme, learner: Learner, x: jax.Array, given: jax.Array, first: Fit, rounds: int
) -> tuple[Fit, jax.Array]:
    """Fits of all rounds (leading axis rounds + 1) and the labels behind each.

    Takes samples [n, d], given labels [n] (0: no sample) and the fit to them; true labels are
    never asked for.
    """

    def step(now: Fit, _: None) -> PyTree:
        scores = score(x, now).astype(x.dtype)
        labels = (scheme.label(scores, given) * jnp.abs(given)).astype(x.dtype)
        # Without a label there is nothing to fit: the model stays.
        following = lax.cond(
            jnp.any(labels != 0), lambda: learner.fit(x, labels, start=now), lambda: now
        )
        return following, (following, labels)

    _, later = lax.scan(step, first, length=rounds)
    return jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), (first, given), later)


def _stored(plan: Layout, problem: Problem, key: jax.Array, labels: Labels) -> jax.Array:
    """All rows [rows, d], padding included."""

    def step(i: jax.Array, x: jax.Array, store: jax.Array) -> jax.Array:
        return lax.dynamic_update_index_in_dim(store, x, i, 0)

    empty = lax.empty((plan.blocks, plan.height, plan.d), plan.dtype)
    return fold_blocks(plan, problem, key, labels, step, empty).reshape(plan.rows, plan.d)
