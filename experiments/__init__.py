"""The paper's experiments on real files: label mechanisms, arms, learners and their results."""

from relabel_lab.experiments.arms import ARMS, CORE, Arm, arms_named
from relabel_lab.experiments.engine import Learner, Predict, Trained, run_arms
from relabel_lab.experiments.records import Record, read_records, write_records

__all__ = [
    "ARMS",
    "CORE",
    "Arm",
    "Learner",
    "Predict",
    "Record",
    "Trained",
    "arms_named",
    "read_records",
    "run_arms",
    "write_records",
]
