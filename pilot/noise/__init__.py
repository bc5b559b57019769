"""Are the flips of the given labels random or systematic, and how many are there?"""

from relabel_lab.pilot.noise.rate import Rate, flip_rate
from relabel_lab.pilot.noise.systematic import CANNOT_TELL, RANDOM, SYSTEMATIC, Tested, systematic

__all__ = [
    "CANNOT_TELL",
    "RANDOM",
    "SYSTEMATIC",
    "Rate",
    "Tested",
    "flip_rate",
    "systematic",
]
