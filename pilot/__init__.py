"""For practitioners: should I retrain on my own labels?

Everything here works from given (noisy) labels alone and needs no JAX; what compares the data
with the paper's model imports the theory when it is called.
"""

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.estimator import RetrainingClassifier
from relabel_lab.pilot.retraining import RetrainingWarning

# Modules of their own, loaded when asked for.
__all__ = [
    "Channel",
    "RetrainingClassifier",
    "RetrainingWarning",
    "findings",
    "learners",
]
