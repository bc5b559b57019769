"""Learners of the direct engine: averaging, ridge and logistic regression."""

from relabel_lab.sim.learners.base import Averaging, Fit, Learner, Penalised, score
from relabel_lab.sim.learners.logistic import Logistic
from relabel_lab.sim.learners.ridge import Ridge
from relabel_lab.sim.learners.text import parse_learner

__all__ = [
    "Averaging",
    "Fit",
    "Learner",
    "Logistic",
    "Penalised",
    "Ridge",
    "parse_learner",
    "score",
]
