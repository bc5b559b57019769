"""The front door of the limit: predictions of any number of rounds (R5, R5s, R6, R12)."""

from __future__ import annotations

from relabel_lab.sim import Outcome, Problem, Scheme
from relabel_lab.sim.kit import whole
from relabel_lab.theory.limit import one_round


def predict(problem: Problem, scheme: Scheme, rounds: int = 1) -> Outcome:
    """Kappa, log-error, label accuracy and coverage of round 0 ... ``rounds`` (R5, R5s).

    With a spectrum the prediction asks that no eigenvalue dominates, so that traces
    self-average; where a few do, only the exact law (the dice engine) serves.

    Args:
        problem: scalars or arrays that broadcast, shape [...].
        scheme: a scheme with registered `theory.limit.moments`.
        rounds: 0 or 1; any number for the schemes of `theory.limit.several_rounds`.

    Returns:
        An `Outcome` of arrays [..., rounds + 1].

    Raises:
        ValueError: for an unknown scheme, or for several rounds, where no limit is known.
    """
    whole("rounds", rounds, 0)
    bound = scheme.bind(problem, rounds)
    if rounds > 1:
        from relabel_lab.theory.limit.dynamics import several_rounds

        return several_rounds(bound, problem, rounds)
    return one_round(problem, bound, rounds)
