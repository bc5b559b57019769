"""Fluctuations of one round at finite n and d (R20)."""

from relabel_lab.theory.fluctuations.mixtures import fluctuations
from relabel_lab.theory.fluctuations.schemes import scheme_law

__all__ = [
    "fluctuations",
    "scheme_law",
]
