"""The front door of the limit: predictions of any number of rounds (R5, R5s, R6, R12)."""

from __future__ import annotations

from relabel_lab.sim import Problem, Scheme
from relabel_lab.sim.classes import ClassProblem
from relabel_lab.sim.kit import whole
from relabel_lab.theory.limit import one_round, several_rounds, spectrum_status
from relabel_lab.theory.limit.classes import predict_classes
from relabel_lab.theory.status import Prediction, judged


def predict(problem: Problem | ClassProblem, scheme: Scheme, rounds: int = 1) -> Prediction:
    """Kappa, log-error, label accuracy and coverage of round 0 ... ``rounds`` (R5, R5s).

    Args:
        problem: scalars or arrays that broadcast, shape [...]; also of many classes (R22).
        scheme: any scheme.
        rounds: >= 0.

    Returns:
        A `Prediction` of arrays [..., rounds + 1]; where no limit is known, as for a spectrum with
        dominating eigenvalues (R5s) or for later rounds of some schemes, its ``status`` says why
        and its numbers are NaN: there the exact law serves (`relabel_lab.simulate`).

    Raises:
        ValueError: for rounds < 0, or a scheme that the problem does not allow.
    """
    whole("rounds", rounds, 0)
    if isinstance(problem, ClassProblem):
        return predict_classes(problem, scheme, rounds)
    bound = scheme.bind(problem, rounds)
    if rounds > 1:
        return several_rounds(bound, problem, rounds)
    return judged(one_round(problem, bound, rounds), spectrum_status(problem))
