"""Laws of one round at finite n and d, right for every scheme, margin and size (R25, R20, draws)."""

from relabel_lab.theory.finite.answer import (
    HEAVY,
    NONE,
    OK,
    QUANTILES,
    Chance,
    Errors,
    FiniteLaw,
)
from relabel_lab.theory.finite.boundary import Boundary, boundary
from relabel_lab.theory.finite.door import expected_changes, finite_law, finite_laws, p_improves
from relabel_lab.theory.finite.rounds import finite_rounds

__all__ = [
    "HEAVY",
    "NONE",
    "OK",
    "QUANTILES",
    "Boundary",
    "Chance",
    "Errors",
    "FiniteLaw",
    "boundary",
    "expected_changes",
    "finite_law",
    "finite_laws",
    "finite_rounds",
    "p_improves",
]
