"""Problems of the package from plain numbers, and comparisons to many digits."""

from __future__ import annotations

from typing import Any

import numpy as np

from relabel_lab.proofs_check.reference import Setup
from relabel_lab.proofs_check.registry import Check
from relabel_lab.sim import Problem, parse_noise

SCHEMES = (
    "initial",
    "full",
    "consensus",
    "crossfit:3",
    "leave-one-out",
    "interpolate:-0.5",
    "interpolate:0.5",
    "confident:0.4",
    "soft:0.7",
    "optimal",
    "optimal-uncorrected",
    "fresh",
)


def problem_of(at: Setup) -> Problem:
    """The same problem for the code that users run."""
    spectrum = at.spectrum if at.power else None
    noise = parse_noise(at.noise)
    return Problem(at.n, at.r + 1, None, at.gamma, margin=at.margin, noise=noise, spectrum=spectrum)


def near(name: str, found: Any, expected: Any, relative: float = 1e-8) -> Check:
    """Whether a number of the package equals the reference; NaN does not."""
    value, wanted = float(np.asarray(found)), float(expected)
    return Check(name, wanted, value, abs(value - wanted) <= relative * max(abs(wanted), 1e-3))
