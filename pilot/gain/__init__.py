"""Measured gains: repeated cross-fitting, corrected for noise, with intervals."""

from relabel_lab.pilot.gain.compare import (
    LEVEL,
    Candidate,
    Gain,
    Gains,
    Key,
    compare,
    table,
    tuned_key,
)
from relabel_lab.pilot.gain.coverage import Coverage, Part, coverage
from relabel_lab.pilot.gain.curve import Curve, curve
from relabel_lab.pilot.gain.fitting import density, fit
from relabel_lab.pilot.gain.intervals import Spread, by_parts, corrected_t, paired_rows
from relabel_lab.pilot.gain.leaning import LEANS, named_least
from relabel_lab.pilot.gain.measure import (
    GIVEN,
    INITIAL,
    RETUNED,
    TUNED,
    Measured,
    Plan,
    affordable,
    choose_place,
    measure,
)
from relabel_lab.pilot.gain.outoffold import OutOfFold, out_of_fold
from relabel_lab.pilot.gain.rules import PREFIX, SCHEMES
from relabel_lab.pilot.gain.scoring import Scorer
from relabel_lab.pilot.gain.sensitivity import (
    ASYMMETRY,
    Turn,
    base_matrix,
    gain_under,
    most_flips,
    over_rates,
    size_range,
    turning_point,
    worst,
)

__all__ = [
    "ASYMMETRY",
    "Candidate",
    "Coverage",
    "Curve",
    "GIVEN",
    "Gain",
    "Gains",
    "INITIAL",
    "Key",
    "LEANS",
    "LEVEL",
    "Measured",
    "OutOfFold",
    "PREFIX",
    "Part",
    "Plan",
    "RETUNED",
    "SCHEMES",
    "Scorer",
    "Spread",
    "TUNED",
    "Turn",
    "affordable",
    "base_matrix",
    "by_parts",
    "choose_place",
    "compare",
    "corrected_t",
    "coverage",
    "curve",
    "density",
    "fit",
    "gain_under",
    "measure",
    "most_flips",
    "named_least",
    "out_of_fold",
    "over_rates",
    "paired_rows",
    "size_range",
    "table",
    "tuned_key",
    "turning_point",
    "worst",
]
