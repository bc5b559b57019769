"""How labels get flipped: kinds inside the exact laws, and kinds that only drawn data cover."""

from relabel_lab.sim.noise.annotators import Annotators, RegionalAnnotators
from relabel_lab.sim.noise.base import BROKEN, ExactNoise, FeatureNoise, LabelNoise, parse_noise
from relabel_lab.sim.noise.classes import ClassFlips
from relabel_lab.sim.noise.features import DirectionFlips, SubgroupFlips
from relabel_lab.sim.noise.margin import MarginFlips
from relabel_lab.sim.noise.uniform import UniformFlips

__all__ = [
    "BROKEN",
    "Annotators",
    "ClassFlips",
    "DirectionFlips",
    "ExactNoise",
    "FeatureNoise",
    "LabelNoise",
    "MarginFlips",
    "RegionalAnnotators",
    "SubgroupFlips",
    "UniformFlips",
    "parse_noise",
]
