"""The moments of any scheme's labels, read off its card (R5, R10, R11)."""

from __future__ import annotations

from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.limit.averages import Moments
from relabel_lab.theory.limit.hard import hard_moments
from relabel_lab.theory.limit.parameters import Limit
from relabel_lab.theory.limit.rules import rule_moments
from relabel_lab.theory.limit.unseen import unseen_moments


def moments(scheme: Scheme, limit: Limit) -> Moments:
    """Moments of the labels of one round of a bound ``scheme`` in the limit."""
    if scheme.scores != "in-sample":
        return unseen_moments(scheme, limit)
    if scheme.hard:
        return hard_moments(scheme, limit)
    return rule_moments(scheme, limit)
