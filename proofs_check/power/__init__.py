"""The power of the claims: wrong formulas must be rejected, right formulas must not."""

from relabel_lab.proofs_check.power.mutant import Mutant
from relabel_lab.proofs_check.power.mutants import MUTANTS
from relabel_lab.proofs_check.power.tables import is_current, read, tables

__all__ = ["MUTANTS", "Mutant", "is_current", "read", "tables"]
