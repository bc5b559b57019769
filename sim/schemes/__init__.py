"""Label rules, one a scheme, and their names on the command line (R4, R9-R12)."""

from relabel_lab.sim.schemes.base import Consensus, Full, History, Initial, Scheme
from relabel_lab.sim.schemes.text import ALL, SCHEMES, parse_scheme
from relabel_lab.sim.schemes.tuned import (
    Confident,
    CrossFit,
    Fresh,
    Interpolate,
    LeaveOneOut,
    Optimal,
    OptimalUncorrected,
    Soft,
)

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
    "SCHEMES",
    "Scheme",
    "Soft",
    "parse_scheme",
]
