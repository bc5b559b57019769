"""Claims that try the packages `theory`, `sim` and `scan` themselves, which users run."""

from relabel_lab.proofs_check.code import (
    class_labels,
    class_schemes,
    classes,
    engines,
    evolution,
    finite,
    fluctuations,
    limit,
    outside,
    ridge,
    rounds,
    scans,
    special,
)
from relabel_lab.proofs_check.registry import Claim

MODULES = (
    limit,
    special,
    evolution,
    rounds,
    classes,
    class_labels,
    class_schemes,
    finite,
    fluctuations,
    ridge,
    outside,
    engines,
    scans,
)
CLAIMS: tuple[Claim, ...] = tuple(claim for module in MODULES for claim in module.CLAIMS)

__all__ = ["CLAIMS"]
