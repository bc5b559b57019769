"""Predictions where labels flip by a matrix: means over replicates, with their error."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Outcome, Scheme
from relabel_lab.sim.classes import ClassProblem
from relabel_lab.sim.schemes import Initial
from relabel_lab.theory.limit.classes.general import Settings, general_trajectories
from relabel_lab.theory.limit.classes.points import RARE
from relabel_lab.theory.limit.rounds import (
    REPLICATES,
    ROUNDING,
    SOBOL,
    STANDARD_ERRORS,
    RoundsPrediction,
    stated,
)
from relabel_lab.theory.status import Status


def predict_flips(
    problem: ClassProblem, flips: jax.Array, scheme: Scheme, rounds: int, seed: int
) -> RoundsPrediction:
    """Arrays [..., rounds + 1]; kappa of the initial model is exact, the rest has an error."""
    classes = len(flips)
    rho, alpha = jnp.broadcast_arrays(
        jnp.asarray(problem.rho * classes / (classes - 1), jnp.float64),
        jnp.asarray(problem.alpha, jnp.float64),
    )
    at = Settings(rho.reshape(-1), alpha.reshape(-1), flips)
    still = isinstance(scheme, Initial)
    paths = general_trajectories(at, scheme, 0 if still else rounds, seed)
    if still:
        paths = type(paths)(*(jnp.repeat(path, rounds + 1, axis=2) for path in paths))
    wide = lambda x: np.asarray(x).reshape(*rho.shape, rounds + 1)  # noqa: E731
    kappa, right, coverage = (
        wide(np.mean(path, axis=1)) for path in (paths.kappa, paths.right, paths.coverage)
    )
    lost = wide(np.log(np.mean(np.exp(paths.log_error), axis=1)))
    spread = wide(np.std(paths.kappa, axis=1, ddof=1)) / REPLICATES**0.5
    known = (np.arange(rounds + 1) == 0) | still
    error = STANDARD_ERRORS * spread + np.where(known, ROUNDING, RARE) * np.abs(kappa)
    found = Outcome(*(jnp.asarray(x) for x in (kappa, lost, right, coverage)))
    return stated(found, jnp.full(rho.shape, int(Status.PREDICTED)), jnp.asarray(error), SOBOL)
