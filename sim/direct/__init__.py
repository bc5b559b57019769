"""The engine that draws the data, trains, relabels and retrains."""

from relabel_lab.sim.direct.drawing import (
    Layout,
    draw_labels,
    eigenvalues,
    fold_blocks,
    layout,
    sample,
    streams,
)
from relabel_lab.sim.direct.engine import Direct, run, run_many
from relabel_lab.sim.direct.learned import LearnedOutcome
from relabel_lab.sim.direct.quality import label_quality, log_error, margin_parameter

__all__ = [
    "Direct",
    "LearnedOutcome",
    "Layout",
    "draw_labels",
    "eigenvalues",
    "fold_blocks",
    "label_quality",
    "layout",
    "log_error",
    "margin_parameter",
    "run",
    "run_many",
    "sample",
    "streams",
]
