"""What an engine reports of a model of K classes, and the `Outcome` that follows."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp

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


def summarised(
    means: jax.Array,
    root: jax.Array,
    basis: jax.Array,
    along: jax.Array,
    sample: Sample,
    to: Labels,
) -> ClassSummary:
    """A model of one round.

    Args:
        means: scores of class y in contrasts, [K - 1, K].
        root: rows whose products are the covariance of the scores in contrasts, [K - 1, D].
        basis: contrasts H [K, K - 1].
        along: directions of noise.
        sample: the data's classes.
        to: labels that the model was trained on.
    """
    covariance = root @ root.T
    count = jnp.sum(to.used)
    right = jnp.sum(to.used & (to.label == sample.true)) / count
    same = jnp.all(~sample.inside | (to.used & (to.label == sample.given)))
    lost = log_error(basis @ means, basis @ covariance @ basis.T, along)
    told = RoundSummary(
        kappa(means @ basis, covariance), right, count / jnp.sum(sample.inside), same
    )
    return ClassSummary(told, lost)


def stacked(rounds: list[ClassSummary]) -> ClassSummary:
    """Rounds side by side."""
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *rounds)


def completed(found: ClassSummary) -> Outcome:
    """Ties and empty selections settled as for two classes."""
    told = found.summary
    lost = settled(
        RoundSummary(found.log_error, told.label_accuracy, told.coverage, told.unchanged)
    )
    return Outcome(settled(told), lost, told.label_accuracy, told.coverage)
