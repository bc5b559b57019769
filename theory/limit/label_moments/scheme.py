"""The moments of any scheme's labels, read off its card (R5, R10, R11)."""

from __future__ import annotations

from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.limit.label_moments.averages import Moments
from relabel_lab.theory.limit.label_moments.hard import hard_moments
from relabel_lab.theory.limit.label_moments.rules import rule_moments
from relabel_lab.theory.limit.label_moments.unseen import unseen_moments
from relabel_lab.theory.limit.parameters import Limit


def moments(scheme: Scheme, limit: Limit) -> Moments:
    """Moments of the labels of one round of a bound ``scheme`` in the limit."""
    if scheme.scores != "in-sample":
        return unseen_moments(scheme, limit)
    if scheme.hard:
        return hard_moments(scheme, limit)
    return rule_moments(scheme, limit)
