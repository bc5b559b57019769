"""The proportional and the population limit: moments, kappa, critical separations (R5-R12)."""

from relabel_lab.theory.limit.combination import (
    Combination,
    best_combination,
    best_combination_limit,
)
from relabel_lab.theory.limit.critical import (
    advantage_at_maximal_noise,
    critical_rho,
    critical_separation,
    helps_at_maximal_noise,
)
from relabel_lab.theory.limit.label_moments import Moments, moments, rule_moments, weights
from relabel_lab.theory.limit.later_rounds import several_rounds
from relabel_lab.theory.limit.learners import LearnerPrediction, predict_learner, predict_ridge
from relabel_lab.theory.limit.one_round import kappa, one_round, predict_limit
from relabel_lab.theory.limit.parameters import Limit, isotropic, limit_of
from relabel_lab.theory.limit.population import (
    anisotropic_advantage,
    fixed_point,
    population_map,
    population_threshold,
)
from relabel_lab.theory.limit.rounds import (
    BestRounds,
    RoundsPrediction,
    best_rounds,
    collapse_separation,
    predict_rounds,
)
from relabel_lab.theory.limit.spectra import spectrum_status
from relabel_lab.theory.limit.state_evolution import (
    Mixture,
    bayes_accuracy,
    evolution,
    fixed_points,
    step,
)

__all__ = [
    "BestRounds",
    "Combination",
    "LearnerPrediction",
    "Limit",
    "Mixture",
    "Moments",
    "RoundsPrediction",
    "advantage_at_maximal_noise",
    "anisotropic_advantage",
    "bayes_accuracy",
    "best_combination",
    "best_combination_limit",
    "best_rounds",
    "collapse_separation",
    "critical_rho",
    "critical_separation",
    "evolution",
    "fixed_point",
    "fixed_points",
    "helps_at_maximal_noise",
    "isotropic",
    "kappa",
    "limit_of",
    "moments",
    "one_round",
    "population_map",
    "population_threshold",
    "predict_learner",
    "predict_limit",
    "predict_ridge",
    "predict_rounds",
    "rule_moments",
    "several_rounds",
    "spectrum_status",
    "step",
    "weights",
]
