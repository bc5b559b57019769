"""Many classes (R22): the problem with K simplex means, its drawn data and its exact law."""

from relabel_lab.sim.classes.contrasts import contrasts
from relabel_lab.sim.classes.direct import drawn
from relabel_lab.sim.classes.engine import ENGINES, run_many
from relabel_lab.sim.classes.flips import checked_flips, drawn_label
from relabel_lab.sim.classes.problem import ClassProblem, response_rate
from relabel_lab.sim.classes.quality import directions, kappa, log_error
from relabel_lab.sim.classes.rules import SERVED, serves

__all__ = [
    "ENGINES",
    "SERVED",
    "ClassProblem",
    "checked_flips",
    "contrasts",
    "directions",
    "drawn",
    "drawn_label",
    "kappa",
    "log_error",
    "response_rate",
    "run_many",
    "serves",
]
