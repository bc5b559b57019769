"""Predictions for K classes: numbers where R22 gives them, else a status with a reason."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Outcome, Scheme
from relabel_lab.sim.classes import ClassProblem, serves
from relabel_lab.sim.kit import whole
from relabel_lab.sim.schemes import Initial
from relabel_lab.theory.limit.classes import points
from relabel_lab.theory.limit.classes.accuracy import log_error
from relabel_lab.theory.limit.classes.by_matrix import predict_flips
from relabel_lab.theory.limit.classes.moments import class_moments
from relabel_lab.theory.limit.classes.rounds import trajectories
from relabel_lab.theory.limit.classes.setting import Setting
from relabel_lab.theory.limit.rounds import (
    REPLICATES,
    ROUNDING,
    SOBOL,
    STANDARD_ERRORS,
    Paths,
    RoundsPrediction,
    stated,
)
from relabel_lab.theory.status import Prediction, Status, judged, withheld


def predict_classes(
    problem: ClassProblem, scheme: Scheme, rounds: int = 1, *, seed: int = 0
) -> Prediction:
    """Kappa (R1: R22's over the square root of 2), log-error, label accuracy and coverage.

    Args:
        problem: scalars or arrays that broadcast, shape [...].
        scheme: any; those without a rule for K classes have a status and no numbers.
        rounds: >= 0; beyond one by quasi-Monte Carlo, with a stated error of kappa.
        seed: of the scrambled points of later rounds.

    Returns:
        A `Prediction` of arrays [..., rounds + 1], for several rounds a `RoundsPrediction`.
    """
    whole("rounds", rounds, 0)
    if not serves(scheme):
        return withheld(problem.alpha * problem.rho * problem.p, rounds, Status.CLASSES)
    if problem.flips is not None:
        return predict_flips(problem, scheme, rounds, seed)
    at = Setting.of(problem)
    first = _outcome(at, Initial())
    later = _outcome(at, scheme) if rounds else first
    once = jax.tree.map(lambda *leaves: jnp.stack(leaves, axis=-1), first, *[later] * rounds)
    if rounds < 2 or isinstance(scheme, Initial):
        return judged(once, int(Status.PREDICTED))
    return _over_rounds(at, scheme, once, rounds, seed)


@jax.jit
def _outcome(at: Setting, scheme: Scheme) -> Outcome:
    labels = class_moments(scheme, at)
    after = labels.kappa(at)
    return Outcome(after, log_error(after, at.classes), labels.right, labels.v)


def _over_rounds(
    at: Setting, scheme: Scheme, once: Outcome, rounds: int, seed: int
) -> RoundsPrediction:
    """Rounds from the second on by replicates; the first two entries are those of ``once``."""
    shape = at.keep.shape
    flat = jax.tree.map(lambda x: x.reshape(-1), at)
    paths = _by_classes(flat, scheme, rounds, seed)
    late = jnp.arange(rounds + 1) > 1
    mean = Paths(*(np.mean(path, axis=1).reshape(*shape, -1) for path in paths))
    spread = np.std(paths.kappa, axis=1, ddof=1).reshape(*shape, -1) / REPLICATES**0.5
    kappa = jnp.where(late, mean.kappa, once.kappa)
    lost = jnp.where(late, log_error(kappa, at.classes[..., None]), once.log_error)
    right = jnp.where(late, mean.right, once.label_accuracy)
    found = Outcome(kappa, lost, right, jnp.where(late, mean.coverage, once.coverage))
    least = jnp.where(late, points.RARE, ROUNDING) * jnp.abs(kappa)
    error = jnp.where(late, STANDARD_ERRORS * spread, 0) + least
    return stated(found, jnp.full(shape, int(Status.PREDICTED)), error, SOBOL)


def _by_classes(flat: Setting, scheme: Scheme, rounds: int, seed: int) -> Paths:
    """`trajectories` of settings [B] whose numbers of classes may differ."""
    numbers = np.asarray(flat.classes)
    found: Any = [np.empty((numbers.size, REPLICATES, rounds + 1)) for _ in Paths._fields]
    for classes in np.unique(numbers):
        chosen = np.flatnonzero(numbers == classes)
        part = jax.tree.map(lambda x, at=chosen: x[at], flat)
        paths = trajectories(part, scheme, int(classes), rounds, seed)
        for every, path in zip(found, paths, strict=True):
            every[chosen] = path
    return Paths(*found)
