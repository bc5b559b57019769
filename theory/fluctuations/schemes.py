"""Fluctuations of every scheme at finite n and d (R20): one call, whatever the scheme."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import reject
from relabel_lab.sim.schemes import (
    Confident,
    Consensus,
    CrossFit,
    Fresh,
    Full,
    Initial,
    Interpolate,
    LeaveOneOut,
    Optimal,
    Scheme,
    Soft,
)
from relabel_lab.theory.fluctuations.crossfit import crossfit_law
from relabel_lab.theory.fluctuations.folds import fold_models
from relabel_lab.theory.fluctuations.fresh import fresh_law
from relabel_lab.theory.fluctuations.mixtures import fluctuations
from relabel_lab.theory.fluctuations.rules import RuleLaw, rule_law

RANK = 10  # below, the retrained noise of few dimensions comes near zero and kappa has no spread
FOLDS = 32


@singledispatch
def _law(scheme: Scheme, problem: Problem, bar: float | None) -> RuleLaw:
    raise reject(
        "scheme",
        scheme.name,
        "retraining by a label rule of the score (R11); dice answers for others",
    )


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
    return _law(scheme, problem, bar)


@_law.register
def _initial(scheme: Initial, problem: Problem, bar: float | None) -> RuleLaw:
    raise reject("scheme", scheme.name, "one that retrains; the initial model stays as it is")


@_law.register(Full)
@_law.register(Consensus)
@_law.register(Interpolate)
def _mixed(scheme: Any, problem: Problem, bar: float | None) -> RuleLaw:
    r"""\(\hat\theta_1 + \beta\hat\theta_0\) exactly, also where few labels change."""
    mix = {Full: 0.0, Consensus: 1.0}.get(type(scheme))
    beta = float(scheme.beta) if mix is None else mix
    law = fluctuations(problem, (beta, beta), bar=bar)  # as `samples`: one program
    return RuleLaw(law.mean[:2], law.covariance[:2, :2], law.improves[0])


@_law.register
def _soft(scheme: Soft, problem: Problem, bar: float | None) -> RuleLaw:
    return _rule(problem, scheme, bar, (), scheme.temperature)


@_law.register
def _confident(scheme: Confident, problem: Problem, bar: float | None) -> RuleLaw:
    bound = scheme.bind(problem)
    return _rule(problem, bound, bar, (bound.threshold,))


@_law.register
def _leave_one_out(scheme: LeaveOneOut, problem: Problem, bar: float | None) -> RuleLaw:
    bound = scheme.bind(problem)
    return _rule(problem, bound, bar, (bound.memory,))


@_law.register
def _optimal(scheme: Optimal, problem: Problem, bar: float | None) -> RuleLaw:
    """The posterior mean turns where the score balances the given label."""
    bound = scheme.bind(problem)
    balance = bound.memory - bound.log_odds / (2 * bound.slope)
    return _rule(problem, bound, bar, (jnp.abs(balance),), 1 / bound.slope)


@_law.register
def _crossfit(scheme: CrossFit, problem: Problem, bar: float | None) -> RuleLaw:
    if not scheme.folds <= FOLDS:
        raise reject("crossfit folds", scheme.folds, f"at most {FOLDS} for fluctuations")
    floats, level = _apart(scheme, problem, bar)
    return crossfit_law(floats, fold_models(floats, int(scheme.folds)), level)


@_law.register
def _fresh(scheme: Fresh, problem: Problem, bar: float | None) -> RuleLaw:
    return fresh_law(*_apart(scheme, problem, bar))


def _apart(scheme: Scheme, problem: Problem, bar: float | None) -> tuple[Problem, jax.Array]:
    _isotropic(problem)
    if problem.r < RANK:
        allowed = f"at least {RANK + 1} for the fluctuations of scheme {scheme.name}"
        raise reject("d", problem.d, allowed)
    scheme.bind(problem)
    operands = (problem, np.nan if bar is None else bar)
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float64), operands)


def _isotropic(problem: Problem) -> None:
    if problem.spectrum is not None:
        raise reject("spectrum", "given", "isotropic for fluctuations; dice answers for others")


def _rule(
    problem: Problem, scheme: Scheme, bar: float | None, turns: tuple[Any, ...], width: Any = None
) -> RuleLaw:
    _isotropic(problem)
    level = np.nan if bar is None else bar
    operands = (problem, scheme, turns, width, level)
    return rule_law(*jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float64), operands))
