"""Label mechanisms: randomised response, the same with a prior, people's labels, class flips."""

from relabel_lab.experiments.labels.human import HumanLabels
from relabel_lab.experiments.labels.mechanism import (
    ClassFlips,
    Mechanism,
    keep_probability,
    randomised_response,
    uniform_flips,
)
from relabel_lab.experiments.labels.prior import TwoStage, respond, two_stage

__all__ = [
    "ClassFlips",
    "HumanLabels",
    "Mechanism",
    "TwoStage",
    "keep_probability",
    "randomised_response",
    "respond",
    "two_stage",
    "uniform_flips",
]
