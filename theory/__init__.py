"""Predictions for retraining: proportional limit, population limit and critical separations."""

from theory.asymptotic import kappa, predict, predict_limit
from theory.limit import Limit, isotropic, limit_of
from theory.moments import Moments, moments

__all__ = [
    "Limit",
    "Moments",
    "isotropic",
    "kappa",
    "limit_of",
    "moments",
    "predict",
    "predict_limit",
]
