"""Whether a prediction exists: a status with a reason, never a silent NaN."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim import Outcome
from relabel_lab.sim.kit import PyTree


class Status(IntEnum):
    """Why there is, or is not, a prediction; stored as small integers."""

    PREDICTED = 0
    DOMINATED = 1
    ROUNDS = 2
    SCHEME = 3
    UNDEFINED = 4
    NOISE = 5
    CLASSES = 6
    UNSOLVED = 7

    @property
    def reason(self) -> str | None:
        """A sentence for people; None where there is a prediction."""
        return _REASONS[self]


_REASONS = {
    Status.PREDICTED: None,
    Status.DOMINATED: "a few eigenvalues dominate the spectrum, so that its traces do not "
    "self-average (R5s); simulate serves",
    Status.ROUNDS: "no limit of several rounds is known for this scheme here; simulate serves",
    Status.SCHEME: "no limit is known for this scheme; simulate serves",
    Status.UNDEFINED: "the labels cancel and leave no classifier, or numbers leave the range of "
    "64-bit arithmetic",
    Status.NOISE: "labels are flipped by features of the noise, outside R2-R5; the direct engine "
    "serves",
    Status.UNSOLVED: "the equations of the limit were not solved, or the intercept not resolved, to "
    "their tolerance; the direct engine serves",
    Status.CLASSES: "the scheme has no rule for more than two classes",
}


class Prediction(Outcome):
    """An `Outcome` of arrays [..., rounds + 1] without a seed axis.

    All of them are NaN where ``status`` is not `Status.PREDICTED`.

    Attributes:
        status: a `Status` for each problem, whole numbers [...].
    """

    axis: ClassVar[str] = "problem"

    status: jax.Array

    @property
    def reason(self) -> str | None:
        """Why a scalar problem has no prediction; None if it has one."""
        return Status(int(self.status)).reason


def judged(outcome: Outcome, status: Status | int | jax.Array) -> Prediction:
    """``outcome`` with its numbers withheld wherever ``status`` [...] says so."""
    status = jnp.broadcast_to(jnp.asarray(status, jnp.int8), outcome.kappa.shape[:-1])
    lost = (status == Status.PREDICTED) & jnp.any(jnp.isnan(outcome.kappa), axis=-1)
    status = jnp.where(lost, jnp.int8(Status.UNDEFINED), status)
    known = (status == Status.PREDICTED)[..., None]
    return Prediction(
        kappa=jnp.where(known, outcome.kappa, jnp.nan),
        log_error=jnp.where(known, outcome.log_error, jnp.nan),
        label_accuracy=jnp.where(known, outcome.label_accuracy, jnp.nan),
        coverage=jnp.where(known, outcome.coverage, jnp.nan),
        status=status,
    )


def withheld(like: PyTree, rounds: int, status: Status) -> Prediction:
    """No prediction for problems of the shape of ``like`` [...], for the reason ``status``."""
    none = jnp.full((*jnp.shape(like), rounds + 1), jnp.nan)
    return judged(Outcome(none, none, none, none), int(status))
