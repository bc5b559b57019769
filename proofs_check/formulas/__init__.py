"""The formulas tried, in one table, independent of the package that they try."""

from relabel_lab.proofs_check.formulas.laws import CONSTANT, Array, Law, law, normal_density
from relabel_lab.proofs_check.formulas.table import Formulas

__all__ = ["CONSTANT", "Array", "Formulas", "Law", "law", "normal_density"]
