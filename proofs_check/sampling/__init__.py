"""Drawing data for sampled claims, and the tests that confront them with formulas."""

from relabel_lab.proofs_check.sampling import drawn, spectral
from relabel_lab.proofs_check.sampling.compare import (
    LEVEL,
    at_least,
    mean_and_error,
    mean_test,
    resolution,
    two_means,
)
from relabel_lab.proofs_check.sampling.engines import draw
from relabel_lab.proofs_check.sampling.exact_law import Base, Cell, Results, bases, labels, sample

__all__ = [
    "Base",
    "Cell",
    "LEVEL",
    "Results",
    "at_least",
    "bases",
    "draw",
    "drawn",
    "spectral",
    "labels",
    "mean_and_error",
    "mean_test",
    "resolution",
    "sample",
    "two_means",
]
