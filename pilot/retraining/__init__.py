"""The parts of `RetrainingClassifier`: rules, fits on rows, rounds, what is told of them."""

from relabel_lab.pilot.retraining import arguments, record, routing
from relabel_lab.pilot.retraining.learner import Learner, weight_argument
from relabel_lab.pilot.retraining.record import RetrainingWarning
from relabel_lab.pilot.retraining.rounds import Retraining, Round
from relabel_lab.pilot.retraining.rules import Labelled, Rows, Rule, parse_rule

__all__ = [
    "Labelled",
    "Learner",
    "Retraining",
    "RetrainingWarning",
    "Round",
    "Rows",
    "Rule",
    "arguments",
    "parse_rule",
    "record",
    "routing",
    "weight_argument",
]
