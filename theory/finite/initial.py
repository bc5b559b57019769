r"""The initial model at finite n and d (R2): \(\kappa_0 = \rho a_0/R\), exactly."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from scipy.special import gammaln, ndtr

from relabel_lab.sim import Problem
from relabel_lab.theory.finite.answer import Errors, FiniteLaw

METHOD = "R2: exact moments"


def typical_changes(problem: Problem) -> float:
    """Number of hard labels that one round changes at the typical initial model (R5)."""
    n, radius = float(problem.n), float(problem.r / problem.n) ** 0.5
    margin, weight, flipped = margins_of(problem)
    kappa = float(problem.rho) * float(weight @ (margin * (1 - 2 * flipped))) / radius
    right, wrong = ndtr(-(radius + margin * kappa)), ndtr(-(radius - margin * kappa))
    return n * float(weight @ ((1 - flipped) * right + flipped * wrong))


def margins_of(problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Margins, their probabilities and their chances of a flip."""
    margin, weight = (np.asarray(x) for x in problem.law.nodes(np.zeros(()), np.zeros(())))
    return margin, weight, np.asarray(problem.exact_noise.flip_given_margin(jnp.asarray(margin)))


def initial_law(problem: Problem) -> FiniteLaw:
    """Mean and spread of kappa0, isotropic noise; it never improves on itself."""
    n, r, rho = (float(x) for x in (problem.n, problem.r, problem.rho))
    margin, weight, flipped = margins_of(problem)
    mean = float(weight @ (margin * (1 - 2 * flipped)))
    variance = float(weight @ margin**2) - mean**2
    square = rho**2 * (mean**2 + variance / n)
    inverse = np.sqrt(n / 2) * np.exp(gammaln((r - 1) / 2) - gammaln(r / 2)) if r > 1 else np.inf
    first = rho * mean * inverse
    spread = float(np.sqrt(square * n / (r - 2) - first**2)) if r > 2 else np.inf
    return FiniteLaw(float(first), spread, 0.0, Errors(0.0, 0.0, 0.0), METHOD)
