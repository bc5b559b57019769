"""Where a spectrum has a limit: no few eigenvalues may dominate its traces (R5s)."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from relabel_lab.sim import Problem
from relabel_lab.theory.status import Status

SHARE = 0.1


def spectrum_status(problem: Problem) -> jax.Array:
    r"""`Status` of R5s for each problem, whole numbers [...] (a scalar without a spectrum).

    The traces \(T_1, ..., T_4\) self-average where no eigenvalue carries a share of them; the
    fourth is the first to fail: dominated where one eigenvalue has more than a tenth of it.
    """
    if problem.spectrum is None:
        return jnp.asarray(int(Status.PREDICTED))
    fourth = (problem.spectrum / jnp.max(problem.spectrum, axis=-1, keepdims=True)) ** 4
    dominated = 1.0 > SHARE * jnp.sum(fourth, axis=-1)
    return jnp.where(dominated, int(Status.DOMINATED), int(Status.PREDICTED))
