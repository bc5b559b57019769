"""The model written a second time, in NumPy and SciPy alone: what the packages must give.

Nothing here imports `relabel_lab.theory`, `relabel_lab.sim` or `relabel_lab.scan`.
"""

from relabel_lab.proofs_check.reference.classes import ClassSetup, draw_classes, even
from relabel_lab.proofs_check.reference.drawn import Path, draw
from relabel_lab.proofs_check.reference.guarantee import (
    binomial_edge,
    log_moment,
    lower_bound,
    radius_edge,
)
from relabel_lab.proofs_check.reference.limit import Moments, kappa, log_error, moments, prediction
from relabel_lab.proofs_check.reference.rules import Rule, rule
from relabel_lab.proofs_check.reference.setting import Setup

__all__ = [
    "ClassSetup",
    "Moments",
    "Path",
    "Rule",
    "Setup",
    "binomial_edge",
    "draw",
    "draw_classes",
    "even",
    "kappa",
    "log_error",
    "log_moment",
    "lower_bound",
    "moments",
    "prediction",
    "radius_edge",
    "rule",
]
