"""The problem and the grids of R15."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import log

from relabel_lab.proofs_check.guarantee.tails import SLACK


@dataclass(frozen=True)
class Setup:
    """Problem, confidence and the two grids: J >= 2 threshold cells, G cells for a_0 and for R."""

    n: int
    r: int
    p: Fraction
    rho: Fraction
    delta: Fraction = Fraction(1, 20)
    thresholds: int = 4
    cells: int = 6

    @property
    def events(self) -> int:
        """How many events share delta."""
        ends = self.thresholds + 1
        return 11 + 4 * ends + ends**2

    @property
    def budget(self) -> float:
        """Exponent x = log(M/delta) that -log of every tail bound must reach, rounded up."""
        return log(self.events / float(self.delta)) + SLACK
