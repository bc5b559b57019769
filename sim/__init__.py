"""The model of Das et al. (arXiv 2406.11206) and the engines that simulate it.

Importing this package switches JAX to 64-bit types: predictions are computed in
float64 and seeds are counted with 64-bit integers throughout.
"""

import jax

jax.config.update("jax_enable_x64", True)

from relabel_lab.sim.margins import Constant, Gaussian, HalfNormal, Margin, Uniform, parse_margin  # noqa: E402
from relabel_lab.sim.noise import LabelNoise, UniformFlips, parse_noise  # noqa: E402
from relabel_lab.sim.outcome import Outcome, RoundSummary, improved, outcome, settled  # noqa: E402
from relabel_lab.sim.problem import Problem, power_spectrum  # noqa: E402
from relabel_lab.sim.schemes import Consensus, CrossFit, Full, Initial, Scheme, parse_scheme  # noqa: E402
from relabel_lab.sim.simulate import simulate  # noqa: E402

__all__ = [
    "Consensus",
    "Constant",
    "CrossFit",
    "Full",
    "Gaussian",
    "HalfNormal",
    "Initial",
    "LabelNoise",
    "Margin",
    "Outcome",
    "Problem",
    "RoundSummary",
    "Scheme",
    "Uniform",
    "UniformFlips",
    "improved",
    "outcome",
    "parse_margin",
    "parse_noise",
    "parse_scheme",
    "power_spectrum",
    "settled",
    "simulate",
]
