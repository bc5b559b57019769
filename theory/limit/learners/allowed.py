"""Problems whose learners have a limit, and the share of positive labels in them."""

from __future__ import annotations

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import reject, require
from relabel_lab.sim.noise import ClassFlips


def isotropic_only(problem: Problem) -> None:
    """Refuse a spectrum."""
    if problem.spectrum is not None:
        raise reject("spectrum", "given", "isotropic for a learner in the limit; direct answers")


def share_of_positives(problem: Problem, positive: float | None) -> float:
    """The share that is asked for, by default that of flips by class, else 1/2.

    Raises:
        ValueError: outside [0, 1], or another than that of flips by class.
    """
    own = float(problem.noise.positive) if isinstance(problem.noise, ClassFlips) else None
    if positive is None:
        return 0.5 if own is None else own
    require("positive", positive, lambda share: (share >= 0) & (share <= 1), "in [0, 1]")
    if own is not None and positive != own:
        raise reject("positive", positive, f"{own}, as the noise says")
    return float(positive)
