"""The model of Das et al. (arXiv 2406.11206) and the engines that simulate it.

Importing this package switches JAX to 64-bit types: predictions are computed in
float64 and seeds are counted with 64-bit integers throughout.
"""

import jax

jax.config.update("jax_enable_x64", True)

from sim.margins import Constant, Gaussian, HalfNormal, Margin, Uniform, parse_margin  # noqa: E402
from sim.noise import LabelNoise, UniformFlips  # noqa: E402
from sim.outcome import Outcome  # noqa: E402
from sim.problem import Problem  # noqa: E402
from sim.schemes import Consensus, Full, Initial, Scheme, parse_scheme  # noqa: E402

__all__ = [
    "Consensus",
    "Constant",
    "Full",
    "Gaussian",
    "HalfNormal",
    "Initial",
    "LabelNoise",
    "Margin",
    "Outcome",
    "Problem",
    "Scheme",
    "Uniform",
    "UniformFlips",
    "parse_margin",
    "parse_scheme",
]
