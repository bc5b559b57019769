"""Laws of the margin m = 1 + u, the normal law, and quadrature that follows where integrands turn."""

from relabel_lab.sim.margins.base import Margin, parse_margin
from relabel_lab.sim.margins.constant import Constant
from relabel_lab.sim.margins.gaussian import Gaussian
from relabel_lab.sim.margins.half_normal import HalfNormal
from relabel_lab.sim.margins.normal import density, log_tail, mills, tail
from relabel_lab.sim.margins.panels import TURNING, merged, panels
from relabel_lab.sim.margins.uniform import Uniform

__all__ = [
    "TURNING",
    "Constant",
    "Gaussian",
    "HalfNormal",
    "Margin",
    "Uniform",
    "density",
    "log_tail",
    "merged",
    "mills",
    "panels",
    "parse_margin",
    "tail",
]
