"""R25: one round of hard labels at constant margin, at any n and d, without drawing."""

from relabel_lab.theory.finite.hard_labels.count import changes
from relabel_lab.theory.finite.hard_labels.law import HardLaw, hard_law
from relabel_lab.theory.finite.hard_labels.setting import COARSE, FINE, FINEST, Fineness, Setting

__all__ = ["COARSE", "FINE", "FINEST", "Fineness", "HardLaw", "Setting", "changes", "hard_law"]
