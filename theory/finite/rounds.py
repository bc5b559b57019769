"""Laws of several rounds and of many classes at finite n and d."""

from __future__ import annotations

from collections.abc import Sequence

from relabel_lab.sim import ClassProblem, Problem
from relabel_lab.sim.classes import serves
from relabel_lab.sim.kit import whole
from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.finite.answer import FiniteLaw, nothing, with_moments_that_exist
from relabel_lab.theory.finite.door import finite_laws, rank
from relabel_lab.theory.finite.drawn import drawn_rounds


def finite_rounds(
    problem: Problem | ClassProblem,
    schemes: Sequence[Scheme],
    rounds: int = 1,
    *,
    seeds: int | None = None,
) -> dict[str, list[FiniteLaw]]:
    """Law of kappa after each of rounds 1 ... ``rounds``, by the name of the scheme.

    P(improves) compares with the initial model.  The first round of two classes is `finite_laws`;
    later rounds and more classes are draws of the exact law (R19, R22), all rounds of all schemes
    on the same data.

    Args:
        problem: a scalar problem.
        schemes: with distinct names.
        rounds: >= 1.
        seeds: how many draws, if it comes to draws.

    Raises:
        ValueError: for rounds < 1, or where a scheme is not defined for the problem.
    """
    whole("rounds", rounds, 1)
    if isinstance(problem, ClassProblem):
        return _of_classes(problem, schemes, rounds, seeds)
    first = {name: [law] for name, law in finite_laws(problem, schemes, seeds=seeds).items()}
    if rounds == 1:
        return first
    if problem.noise.broken_assumption is not None:  # the first law says why there is none
        return {name: laws * rounds for name, laws in first.items()}
    drawn = drawn_rounds(problem, schemes, rounds, seeds=seeds)
    return {
        name: first[name] + [with_moments_that_exist(law, rank(problem)) for law in laws[1:]]
        for name, laws in drawn.items()
    }


def _of_classes(
    problem: ClassProblem, schemes: Sequence[Scheme], rounds: int, seeds: int | None
) -> dict[str, list[FiniteLaw]]:
    none = nothing("the scheme has no rule for more than two classes")
    found = drawn_rounds(problem, [each for each in schemes if serves(each)], rounds, seeds=seeds)
    return {scheme.name: found.get(scheme.name, [none] * rounds) for scheme in schemes}
