"""Predictions for retraining: proportional limit, population limit and critical separations."""

from relabel_lab.theory.fluctuations import scheme_law
from relabel_lab.theory.limit import (
    Combination,
    Limit,
    Moments,
    advantage_at_maximal_noise,
    anisotropic_advantage,
    best_combination,
    best_combination_limit,
    critical_rho,
    critical_separation,
    fixed_point,
    helps_at_maximal_noise,
    isotropic,
    kappa,
    limit_of,
    moments,
    population_map,
    population_threshold,
    predict_limit,
    rule_moments,
)
from relabel_lab.theory.prediction import predict
from relabel_lab.theory.sample_size import sample_size
from relabel_lab.theory.status import Prediction, Status

__all__ = [
    "Combination",
    "Limit",
    "Moments",
    "Prediction",
    "Status",
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
    "sample_size",
    "scheme_law",
]
