"""How labels get flipped: kinds inside the exact laws, and kinds that only drawn data cover."""

from relabel_lab.sim.noise.base import LabelNoise, UniformFlips
from relabel_lab.sim.noise.exact import ClassFlips, MarginFlips
from relabel_lab.sim.noise.features import FeatureNoise
from relabel_lab.sim.noise.text import parse_noise

__all__ = [
    "ClassFlips",
    "FeatureNoise",
    "LabelNoise",
    "MarginFlips",
    "UniformFlips",
    "parse_noise",
]
