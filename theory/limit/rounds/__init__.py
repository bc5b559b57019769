"""Several rounds in the limit (R21): state evolution of label rules over rounds."""

from relabel_lab.theory.limit.rounds.best import BestRounds, best_rounds, collapse_separation
from relabel_lab.theory.limit.rounds.prediction import (
    QUADRATURE,
    ROUNDING,
    SOBOL,
    RoundsPrediction,
    predict_rounds,
)

__all__ = [
    "QUADRATURE",
    "ROUNDING",
    "SOBOL",
    "BestRounds",
    "RoundsPrediction",
    "best_rounds",
    "collapse_separation",
    "predict_rounds",
]
