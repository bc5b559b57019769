"""Many classes (R22): the problem with K simplex means, its drawn data and its exact law."""

from relabel_lab.sim.classes.direct import drawn
from relabel_lab.sim.classes.engine import ENGINES, run_many
from relabel_lab.sim.classes.problem import ClassProblem, response_rate
from relabel_lab.sim.classes.rules import SERVED, serves

__all__ = [
    "ENGINES",
    "SERVED",
    "ClassProblem",
    "drawn",
    "response_rate",
    "run_many",
    "serves",
]
