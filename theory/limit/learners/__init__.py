"""Ridge and logistic regression retrained on their own labels, in the limit (R26)."""

from relabel_lab.theory.limit.learners.prediction import LearnerPrediction, predict_learner

__all__ = ["LearnerPrediction", "predict_learner"]
