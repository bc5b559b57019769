"""Ridge and logistic regression retrained on their own labels, in the limit (R26)."""

from relabel_lab.theory.limit.learners.prediction import LearnerPrediction, predict_learner
from relabel_lab.theory.limit.learners.ridge import predict_ridge

__all__ = ["LearnerPrediction", "predict_learner", "predict_ridge"]
