"""Predictions for retraining: proportional limit, population limit and critical separations."""

from theory import schemes_predictions as _predictions  # noqa: F401  (registers them)
from theory.asymptotic import kappa, predict, predict_limit
from theory.combination import Combination, best_combination, best_combination_limit
from theory.critical import (
    advantage_at_maximal_noise,
    critical_rho,
    critical_separation,
    helps_at_maximal_noise,
)
from theory.fluctuations_schemes import scheme_law
from theory.limit import Limit, isotropic, limit_of
from theory.moments import Moments, moments
from theory.population import (
    anisotropic_advantage,
    fixed_point,
    population_map,
    population_threshold,
)
from theory.rules import rule_moments

__all__ = [
    "Combination",
    "Limit",
    "Moments",
    "advantage_at_maximal_noise",
    "anisotropic_advantage",
    "best_combination",
    "best_combination_limit",
    "critical_rho",
    "critical_separation",
    "fixed_point",
    "helps_at_maximal_noise",
    "isotropic",
    "kappa",
    "limit_of",
    "moments",
    "population_map",
    "population_threshold",
    "predict",
    "predict_limit",
    "rule_moments",
    "scheme_law",
]
