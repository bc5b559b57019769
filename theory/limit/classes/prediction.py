"""Predictions for K classes: numbers where R22 gives them, else a status with a reason."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from relabel_lab.sim import Outcome, Scheme
from relabel_lab.sim.classes import ClassProblem, serves
from relabel_lab.sim.kit import whole
from relabel_lab.sim.schemes import Initial
from relabel_lab.theory.limit.classes.accuracy import log_error
from relabel_lab.theory.limit.classes.moments import class_moments
from relabel_lab.theory.limit.classes.setting import Setting
from relabel_lab.theory.status import Prediction, Status, judged, withheld


def predict_classes(problem: ClassProblem, scheme: Scheme, rounds: int = 1) -> Prediction:
    """Kappa (R1: R22's over the square root of 2), log-error, label accuracy and coverage.

    Args:
        problem: scalars or arrays that broadcast, shape [...].
        scheme: any; those without a rule for K classes have a status and no numbers.
        rounds: >= 0; beyond one round only the initial model is predicted.

    Returns:
        A `Prediction` of arrays [..., rounds + 1].
    """
    whole("rounds", rounds, 0)
    at = Setting.of(problem)
    if not serves(scheme):
        return withheld(at.keep, rounds, Status.CLASSES)
    if rounds > 1 and not isinstance(scheme, Initial):
        return withheld(at.keep, rounds, Status.ROUNDS)
    first = _outcome(at, Initial())
    later = _outcome(at, scheme) if rounds else first
    found = jax.tree.map(lambda *leaves: jnp.stack(leaves, axis=-1), first, *[later] * rounds)
    return judged(found, int(Status.PREDICTED))


@jax.jit
def _outcome(at: Setting, scheme: Scheme) -> Outcome:
    labels = class_moments(scheme, at)
    after = labels.kappa(at)
    return Outcome(after, log_error(after, at.classes), labels.right, labels.v)
