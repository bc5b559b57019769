r"""Predictions of several rounds (R21) with an error estimate: the face of this package."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim import Margin, Outcome, Problem, Scheme
from relabel_lab.theory.limit.rounds.card import elementwise, folds_of, is_stepwise
from relabel_lab.theory.limit.rounds.evolution import (
    State,
    advanced_all,
    kappas_all,
    shares_all,
    started_all,
)
from relabel_lab.theory.limit.rounds.setting import Setting, domain, setting_of
from relabel_lab.theory.limit.rounds.sobol import REPLICATES, Paths, trajectories
from relabel_lab.theory.status import Prediction, Status, judged

SHARE = 0.1  # of a model's noise: an eigenvalue with more of it dominates (R5s)
QUADRATURE, SOBOL = "quadrature", "quasi-Monte Carlo"
STANDARD_ERRORS = 2.13  # 95 % of Student's t for the replicates
ROUNDING = 1e-13


class Plan(NamedTuple):
    """Panels a variable of the answer and of the coarser one it is compared with; chunk size."""

    fine: int
    coarse: int
    together: int


_HARD = {0: Plan(1, 1, 512), 1: Plan(18, 12, 16), 2: Plan(18, 12, 1), 3: Plan(6, 4, 1)}
_SMOOTH = {1: Plan(18, 12, 64), 2: Plan(12, 8, 4), 3: Plan(6, 4, 1)}


class RoundsPrediction(Prediction):
    """A `Prediction` that says how good it is.

    Attributes:
        error: bound on the numerical error of kappa [..., rounds + 1]: the change that a third
            fewer panels make, or 2.13 standard errors over scrambled replicates.
        method: ``quadrature`` or ``quasi-Monte Carlo``.
    """

    error: jax.Array
    method: str = eqx.field(static=True)


def predict_rounds(
    problem: Problem, scheme: Scheme, rounds: int, *, seed: int = 0
) -> RoundsPrediction:
    r"""Rounds 0 ... ``rounds`` of an elementwise rule or of cross-fitting (R21).

    Hard rules at constant margin: to about 1e-13 relative up to three rounds.  Nested quadrature
    as long as at most three variables stay open, quasi-Monte Carlo beyond.

    Args:
        problem: scalars or arrays that broadcast, shape [...].
        scheme: a scheme bound to the problem and that many rounds.
        rounds: >= 1.
        seed: of the scrambled points, where they are used.

    Returns:
        Arrays [..., rounds + 1]; withheld where an eigenvalue carries more than a tenth of a
        model's noise, for then that noise does not self-average.
    """
    setting, shape = setting_of(problem, folds_of(scheme))
    rule = elementwise(scheme)
    plans = plans_of(setting, rule, rounds)
    if plans is None:
        paths, error, share = _by_sobol(setting, rule, rounds, seed)
    else:
        paths, error, share = _by_quadrature(setting, rule, plans)
    wide = lambda x: x.reshape(*shape, rounds + 1)  # noqa: E731
    kappa, right, coverage = (wide(path) for path in paths)
    found = Outcome(kappa, _law(problem).log_error(kappa), right, coverage)
    dominated = (problem.spectrum is not None) & (share.reshape(shape) > SHARE)
    status = jnp.where(dominated, int(Status.DOMINATED), int(Status.PREDICTED))
    return stated(found, status, wide(error), SOBOL if plans is None else QUADRATURE)


def plans_of(setting: Setting, rule: Scheme, rounds: int) -> list[Plan] | None:
    """How each round integrates over the variables left open; None where there are too many."""
    margin = 0 if domain(setting.law) is None else 1
    known, closed = (_HARD, 2) if is_stepwise(rule) else (_SMOOTH, 0)
    open_ = [max(number - closed, 0) + margin for number in range(1, rounds + 1)]
    return [known[count] for count in open_] if open_[-1] in known else None


def evolved(setting: Setting, rule: Scheme, plans: list[Plan], coarsely: bool = False) -> State:
    """The state [B, ...] after as many rounds as there are plans."""
    state = started_all(setting)
    for plan in plans:
        used = float(plan.coarse if coarsely else plan.fine)
        state = advanced_all(setting, rule, state, used, most=plan.fine, together=plan.together)
    return state


def _by_quadrature(
    setting: Setting, rule: Scheme, plans: list[Plan]
) -> tuple[Paths, jax.Array, jax.Array]:
    state = evolved(setting, rule, plans)
    kappa = other = kappas_all(setting, state)
    if any(plan.coarse != plan.fine for plan in plans):
        other = kappas_all(setting, evolved(setting, rule, plans, coarsely=True))
    # a signal is known to rounding, whatever is left of it
    rounding = ROUNDING * (jnp.abs(kappa) + jnp.abs(kappa / state.signal))
    paths = Paths(kappa, state.right, state.coverage)
    return paths, jnp.abs(kappa - other) + rounding, shares_all(setting, state)


def _by_sobol(
    setting: Setting, scheme: Scheme, rounds: int, seed: int
) -> tuple[Paths, jax.Array, jax.Array]:
    found, share = trajectories(setting, scheme, rounds, seed)
    spread = jnp.std(found.kappa, axis=1, ddof=1) / jnp.sqrt(REPLICATES)
    paths = jax.tree.map(lambda x: jnp.mean(x, axis=1), found)
    rounding = ROUNDING * jnp.abs(paths.kappa)
    return paths, STANDARD_ERRORS * spread + rounding, jnp.max(share, axis=1)


def _law(problem: Problem) -> Margin:
    """The margin law with an axis for rounds."""
    return jax.tree.map(lambda leaf: jnp.asarray(leaf)[..., None], problem.law)


def stated(found: Outcome, status: jax.Array, error: jax.Array, method: str) -> RoundsPrediction:
    """``found`` with its error and method, numbers withheld wherever ``status`` says so."""
    plain = judged(found, status)
    error = jnp.where(jnp.isnan(plain.kappa), jnp.nan, error)
    return RoundsPrediction(
        plain.kappa,
        plain.log_error,
        plain.label_accuracy,
        plain.coverage,
        plain.status,
        error,
        method,
    )
