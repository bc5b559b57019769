"""Moments of the labels of one round, all that its limit needs of a rule (R5, R10, R11)."""

from relabel_lab.theory.limit.label_moments.averages import Moments, average
from relabel_lab.theory.limit.label_moments.hard import weights
from relabel_lab.theory.limit.label_moments.normal_terms import label_terms
from relabel_lab.theory.limit.label_moments.rules import rule_moments
from relabel_lab.theory.limit.label_moments.scheme import moments

__all__ = ["Moments", "average", "label_terms", "moments", "rule_moments", "weights"]
