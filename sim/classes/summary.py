"""What an engine reports of a model of K classes, and the `Outcome` that follows."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.classes.quality import kappa, log_error
from relabel_lab.sim.classes.rules import Labels
from relabel_lab.sim.outcome import Outcome, RoundSummary, settled


class ClassSummary(eqx.Module):
    """A `RoundSummary` and the log-error, arrays [..., rounds + 1]."""

    summary: RoundSummary
    log_error: jax.Array


class Sample(eqx.Module):
    """Classes and given labels [N]; ``inside`` marks the first n."""

    inside: jax.Array
    true: jax.Array
    given: jax.Array


class Facts(eqx.Module):
    """A model before it is graded; leading axes [...].

    Attributes:
        means: scores of class y in contrasts, [..., K - 1, K].
        covariance: of the noise of a fresh sample's scores in contrasts, [..., K - 1, K - 1].
        right: share of correct labels among those trained on.
        coverage: share of samples trained on.
        unchanged: whether the labels are the given ones.
    """

    means: jax.Array
    covariance: jax.Array
    right: jax.Array
    coverage: jax.Array
    unchanged: jax.Array


def facts(means: jax.Array, root: jax.Array, sample: Sample, to: Labels) -> Facts:
    """Of a model trained on labels ``to``; rows of ``root`` [K - 1, D] make the covariance."""
    count = jnp.sum(to.used)
    right = jnp.sum(to.used & (to.label == sample.true)) / count
    same = jnp.all(~sample.inside | (to.used & (to.label == sample.given)))
    return Facts(means, root @ root.T, right, count / jnp.sum(sample.inside), same)


def graded(models: Facts, basis: np.ndarray, along: jax.Array) -> ClassSummary:
    """Kappa and log-error of models [M], one after another: a program's size is that of one."""
    spread = jnp.asarray(basis)

    def one(model: Facts) -> ClassSummary:
        lost = log_error(spread @ model.means, spread @ model.covariance @ spread.T, along)
        score = kappa(model.means @ spread, model.covariance)
        return ClassSummary(RoundSummary(score, model.right, model.coverage, model.unchanged), lost)

    return jax.lax.map(one, models)


def by_scheme(first: Any, later: Any, schemes: int) -> Any:
    """Round 0 in front of rounds [schemes * rounds]: leaves [schemes, rounds + 1, ...]."""

    def joined(start: jax.Array, rest: jax.Array) -> jax.Array:
        rest = rest.reshape(schemes, rest.shape[0] // schemes, *rest.shape[1:])
        head = jnp.broadcast_to(start, (schemes, 1, *start.shape))
        return jnp.concatenate([head, rest], axis=1)

    return jax.tree.map(joined, first, later)


def completed(found: ClassSummary) -> Outcome:
    """Ties and empty selections settled as for two classes."""
    told = found.summary
    lost = settled(
        RoundSummary(found.log_error, told.label_accuracy, told.coverage, told.unchanged)
    )
    return Outcome(settled(told), lost, told.label_accuracy, told.coverage)
