"""Label rules, one a file (R4, R9-R12); a rule is a card that engines and predictions read.

Every module of this folder is imported, so that a new scheme is one new file.
"""

from importlib import import_module
from pkgutil import iter_modules

from relabel_lab.sim.schemes.base import History, Scheme, parse_scheme
from relabel_lab.sim.schemes.confident import Confident
from relabel_lab.sim.schemes.consensus import Consensus
from relabel_lab.sim.schemes.crossfit import CrossFit
from relabel_lab.sim.schemes.fresh import Fresh
from relabel_lab.sim.schemes.full import Full
from relabel_lab.sim.schemes.initial import Initial
from relabel_lab.sim.schemes.interpolate import Interpolate
from relabel_lab.sim.schemes.leave_one_out import LeaveOneOut
from relabel_lab.sim.schemes.optimal import Optimal, OptimalUncorrected
from relabel_lab.sim.schemes.soft import Soft

ALL = (
    "initial",
    "full",
    "consensus",
    "crossfit:5",
    "leave-one-out",
    "interpolate:-0.5",
    "interpolate:0.5",
    "confident:0.5",
    "soft:1",
    "optimal",
    "optimal-uncorrected",
    "fresh",
)
"""What ``--schemes all`` compares."""

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = [
    "ALL",
    "Confident",
    "Consensus",
    "CrossFit",
    "Fresh",
    "Full",
    "History",
    "Initial",
    "Interpolate",
    "LeaveOneOut",
    "Optimal",
    "OptimalUncorrected",
    "Scheme",
    "Soft",
    "parse_scheme",
]
