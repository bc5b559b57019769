"""Does the Gaussian mixture of the theory fit somebody's data, and what would it predict?"""

from relabel_lab.pilot.fit.predict import Prediction, prediction
from relabel_lab.pilot.fit.statistics import law, mixed, scores
from relabel_lab.pilot.fit.verdict import (
    DOES_NOT_FIT,
    FITS,
    NOT_TRIED,
    Fit,
    fit_mixture,
    signed_rows,
)

__all__ = [
    "DOES_NOT_FIT",
    "FITS",
    "Fit",
    "NOT_TRIED",
    "Prediction",
    "fit_mixture",
    "law",
    "mixed",
    "prediction",
    "scores",
    "signed_rows",
]
