"""The engine that draws the data, trains, relabels and retrains."""

from relabel_lab.sim.direct.drawing import Layout, eigenvalues, layout, sample
from relabel_lab.sim.direct.engine import Direct, run, run_many
from relabel_lab.sim.direct.learned import LearnedOutcome
from relabel_lab.sim.direct.quality import log_error, margin_parameter
from relabel_lab.sim.direct.rounds import retrain

__all__ = [
    "Direct",
    "Layout",
    "LearnedOutcome",
    "eigenvalues",
    "layout",
    "log_error",
    "margin_parameter",
    "retrain",
    "run",
    "run_many",
    "sample",
]
