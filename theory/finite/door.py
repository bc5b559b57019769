"""One call for the law of kappa after one round at finite n and d, whatever the scheme."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from relabel_lab.sim import Problem
from relabel_lab.sim.schemes import Initial, Scheme
from relabel_lab.theory.finite.answer import Chance, FiniteLaw, nothing, with_moments_that_exist
from relabel_lab.theory.finite.drawn import ROUGH, drawn_laws
from relabel_lab.theory.finite.exact import exact_chance, exact_law, mix_of, setting_of
from relabel_lab.theory.finite.expansion import expanded_law
from relabel_lab.theory.finite.hard_labels import changes
from relabel_lab.theory.finite.initial import initial_law, typical_changes

CAUTION = 10.0  # the typical number of changes, times this, is taken for a bound on the mean


def finite_law(
    problem: Problem,
    scheme: Scheme,
    *,
    bar: float | None = None,
    quantiles: bool = False,
    seeds: int | None = None,
) -> FiniteLaw:
    """Mean, spread and P(improves) of one round, each with its error (R25, R20 or draws).

    Hard labels at constant margin are summed exactly (R25).  Elsewhere the expansion R20 answers
    where its error estimate is small, and draws of the exact law where it is not; ``method`` says
    which.  With one or two noise dimensions moments are infinite: ``status`` and ``quantiles``.

    Args:
        problem: a scalar problem.
        scheme: any scheme.
        bar: the kappa to reach, instead of kappa0.
        quantiles: compute quantiles of kappa also where moments exist.
        seeds: how many draws, if it comes to draws.

    Raises:
        ValueError: where the scheme is not defined for the problem.
    """
    laws = finite_laws(problem, (scheme,), bar=bar, quantiles=quantiles, seeds=seeds)
    return laws[scheme.name]


def finite_laws(
    problem: Problem,
    schemes: Sequence[Scheme],
    *,
    bar: float | None = None,
    quantiles: bool = False,
    seeds: int | None = None,
) -> dict[str, FiniteLaw]:
    """`finite_law` of several schemes by name; where it comes to draws they share them.

    Args:
        problem: a scalar problem.
        schemes: with distinct names.
        bar: as in `finite_law`.
        quantiles: as there.
        seeds: as there.

    Raises:
        ValueError: where a scheme is not defined for the problem.
    """
    for scheme in schemes:
        scheme.bind(problem)
    found = {scheme.name: _computed(problem, scheme, bar, quantiles) for scheme in schemes}
    left = [scheme for scheme in schemes if found[scheme.name] is None]
    found |= drawn_laws(problem, left, bar, seeds)
    return {
        name: with_moments_that_exist(law, rank(problem))
        for name, law in found.items()
        if law is not None
    }


def _computed(
    problem: Problem, scheme: Scheme, bar: float | None, quantiles: bool
) -> FiniteLaw | None:
    """The law by a formula, or why there is none; None where it has to be drawn."""
    if problem.noise.broken_assumption is not None:
        return nothing(f"{problem.noise.broken_assumption}; only drawn data serve")
    asked = quantiles or int(problem.r) <= 2
    setting, mix = setting_of(problem), mix_of(scheme)
    if setting is not None and mix is not None:
        return exact_law(setting, mix, bar, asked)
    if isinstance(scheme, Initial) and bar is None and problem.spectrum is None and not asked:
        return initial_law(problem)
    return None if asked else expanded_law(problem, scheme, bar)


def p_improves(
    problem: Problem, scheme: Scheme, *, bar: float | None = None, rough: bool = False
) -> Chance:
    """P(improves) of `finite_law` alone.

    Args:
        problem: a scalar problem.
        scheme: any scheme.
        bar: the kappa to reach, instead of kappa0.
        rough: answer several times as fast, to about 0.01.

    Raises:
        ValueError: where the scheme is not defined for the problem.
    """
    setting, mix = setting_of(problem), mix_of(scheme)
    if setting is not None and mix is not None and problem.noise.broken_assumption is None:
        return exact_chance(setting, mix, bar, rough)
    law = finite_law(problem, scheme, bar=bar, seeds=ROUGH if rough else None)
    return Chance(law.p_improves, law.errors.p_improves, law.method, law.reason)


def expected_changes(problem: Problem, scheme: Scheme) -> float:
    """At most how many hard labels retraining changes on average; infinite where not known.

    No more often than that does it improve on the initial model.
    """
    mix, setting = mix_of(scheme), setting_of(problem)
    if mix is None or mix < -1 or problem.spectrum is not None:
        return math.inf
    return CAUTION * typical_changes(problem) if setting is None else changes(setting)


def rank(problem: Problem) -> int:
    """Number of noise dimensions in which there is noise."""
    if problem.spectrum is None:
        return int(problem.r)
    return int(np.sum(np.asarray(problem.spectrum) > 0))
