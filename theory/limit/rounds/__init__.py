"""Several rounds in the limit (R21): state evolution of label rules over rounds."""

from relabel_lab.theory.limit.rounds.best import BestRounds, best_rounds, collapse_separation
from relabel_lab.theory.limit.rounds.memory import Coupling, Fields, answers, coupling, fields
from relabel_lab.theory.limit.rounds.prediction import (
    QUADRATURE,
    ROUNDING,
    SOBOL,
    STANDARD_ERRORS,
    RoundsPrediction,
    predict_rounds,
    stated,
)
from relabel_lab.theory.limit.rounds.sobol import REPLICATES, Paths

__all__ = [
    "QUADRATURE",
    "REPLICATES",
    "ROUNDING",
    "SOBOL",
    "STANDARD_ERRORS",
    "BestRounds",
    "Coupling",
    "Fields",
    "Paths",
    "RoundsPrediction",
    "answers",
    "best_rounds",
    "collapse_separation",
    "coupling",
    "fields",
    "predict_rounds",
    "stated",
]
