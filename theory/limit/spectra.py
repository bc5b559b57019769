"""Where a spectrum has a limit: no few eigenvalues may dominate its traces (R5s)."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from relabel_lab.sim import Problem
from relabel_lab.theory.status import Status

LINE = 0.1


def domination(spectrum: jax.Array) -> jax.Array:
    r"""\(\max_j T_{2j}/T_j^2\) over j = 1..4 of eigenvalues [..., r], shape [...].

    Each trace \(T_j\) of R5s is drawn as a weighted chi-square whose relative variance is of the
    order of its ratio: R5s holds where all four go to 0.  At least 1/r, at most 1.
    """
    x = spectrum / jnp.max(spectrum, axis=-1, keepdims=True)
    traces = [jnp.sum(x**j, axis=-1) for j in range(1, 9)]
    ratios = [traces[2 * j - 1] / traces[j - 1] ** 2 for j in (1, 2, 3, 4)]
    return jnp.max(jnp.stack(ratios), axis=0)


def spectrum_status(problem: Problem) -> jax.Array:
    """`Status` of R5s for each problem, whole numbers [...] (a scalar without a spectrum).

    Withheld where `domination` exceeds 0.1.  Drawn from the exact law at d from 21 to 301 and n
    from 60 to 1000 (power laws, one, three and five spikes), spectra below the line stay within
    0.01 of the accuracy error that isotropic noise has at the same n and d; beyond it errors grow
    to 0.17.
    """
    if problem.spectrum is None:
        return jnp.asarray(int(Status.PREDICTED))
    dominated = domination(problem.spectrum) > LINE
    return jnp.where(dominated, int(Status.DOMINATED), int(Status.PREDICTED))
