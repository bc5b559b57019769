"""Label differential privacy: releases with a secure generator, simulations, how many labels."""

from relabel_lab.pilot.privacy.holder import PrivateLabels
from relabel_lab.pilot.privacy.release import ReleasedLabels
from relabel_lab.pilot.privacy.simulate import simulate_release
from relabel_lab.pilot.privacy.size import (
    Needed,
    epsilon_of,
    label_price,
    labels_needed,
    rows_to_see,
)

__all__ = [
    "Needed",
    "PrivateLabels",
    "ReleasedLabels",
    "epsilon_of",
    "label_price",
    "labels_needed",
    "rows_to_see",
    "simulate_release",
]
