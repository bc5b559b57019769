"""Fluctuations of every scheme at finite n and d (R20): one call, whatever the scheme."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import reject
from relabel_lab.sim.schemes import CrossFit, Scheme
from relabel_lab.theory.fluctuations.conditional import RuleLaw
from relabel_lab.theory.fluctuations.crossfit import crossfit_law
from relabel_lab.theory.fluctuations.folds import fold_models
from relabel_lab.theory.fluctuations.fresh import fresh_law
from relabel_lab.theory.fluctuations.mixtures import fluctuations
from relabel_lab.theory.fluctuations.rules import rule_law
from relabel_lab.theory.limit import weights

RANK = 10  # below, the retrained noise of few dimensions comes near zero and kappa has no spread
FOLDS = 32


def scheme_law(problem: Problem, scheme: Scheme, *, bar: float | None = None) -> RuleLaw:
    r"""Joint law of (kappa0, kappa of ``scheme``) after one round, and P(improves) (R20).

    Args:
        problem: a scalar problem with isotropic noise and flips that depend on the margin alone.
        scheme: any scheme that retrains.
        bar: the kappa to reach instead of kappa0, for ``improves``.

    Raises:
        ValueError: for a spectrum, for the initial model, for more than 32 folds, and for
            cross-fitting and fresh samples at d < 11.
    """
    if scheme.scores == "new samples":
        return fresh_law(*_apart(scheme, problem, bar))
    if isinstance(scheme, CrossFit):
        return _crossfit(scheme, problem, bar)
    if scheme.hard:
        return _mixed(scheme, problem, bar)
    return _rule(scheme.bind(problem), problem, bar)


def _mixed(scheme: Scheme, problem: Problem, bar: float | None) -> RuleLaw:
    r"""\(\hat\theta_1 + \beta\hat\theta_0\) exactly, also where few labels change."""
    predicted, given = weights(scheme)
    if predicted == 0:
        raise reject("scheme", scheme.name, "one that retrains; the initial model stays as it is")
    beta = float(given / predicted)
    law = fluctuations(problem, (beta, beta), bar=bar)  # as `samples`: one program
    return RuleLaw(law.mean[:2], law.covariance[:2, :2], law.improves[0], law.doubt[0])


def _crossfit(scheme: CrossFit, problem: Problem, bar: float | None) -> RuleLaw:
    if not scheme.folds <= FOLDS:
        raise reject("crossfit folds", scheme.folds, f"at most {FOLDS} for fluctuations")
    floats, level = _apart(scheme, problem, bar)
    return crossfit_law(floats, fold_models(floats, int(scheme.folds)), level)


def _apart(scheme: Scheme, problem: Problem, bar: float | None) -> tuple[Problem, jax.Array | None]:
    _isotropic(problem)
    if problem.r < RANK:
        allowed = f"at least {RANK + 1} for the fluctuations of scheme {scheme.name}"
        raise reject("d", problem.d, allowed)
    scheme.bind(problem)
    operands = (problem, bar)
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float64), operands)


def _isotropic(problem: Problem) -> None:
    if problem.spectrum is not None:
        raise reject("spectrum", "given", "isotropic for fluctuations; dice answers for others")


def _rule(scheme: Scheme, problem: Problem, bar: float | None) -> RuleLaw:
    _isotropic(problem)
    turns = tuple(turn for turn in scheme.turns() if float(turn) != 0.0)  # 0 is among the nodes
    width = scheme.width() if float(scheme.width()) > 0 else None
    operands = (problem, scheme, turns, width, bar)
    return rule_law(*jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float64), operands))
