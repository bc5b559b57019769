"""Laws of the margin m = 1 + u, the normal law, and quadrature that follows where integrands turn."""

from relabel_lab.sim.margins.laws import (
    Constant,
    Gaussian,
    HalfNormal,
    Margin,
    Uniform,
    parse_margin,
)
from relabel_lab.sim.margins.normal import density, log_tail, mills, tail
from relabel_lab.sim.margins.panels import TURNING, merged, panels

__all__ = [
    "Constant",
    "Gaussian",
    "HalfNormal",
    "Margin",
    "TURNING",
    "Uniform",
    "density",
    "log_tail",
    "merged",
    "mills",
    "panels",
    "parse_margin",
    "tail",
]
