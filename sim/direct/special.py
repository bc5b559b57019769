"""Which schemes of `sim.direct` have a kernel of their own; operands: problem, scheme, share."""

from __future__ import annotations

from typing import Any

from relabel_lab.sim.direct.crossfit import FoldRounds
from relabel_lab.sim.direct.drawing import Layout
from relabel_lab.sim.direct.fresh import FreshRounds
from relabel_lab.sim.direct.history import HistoryRounds
from relabel_lab.sim.schemes import CrossFit, Fresh, Scheme


def special(scheme: Scheme, plan: Layout, rounds: int) -> Any:
    """The kernel of one seed, or None where the rule is applied sample by sample."""
    if isinstance(scheme, CrossFit):
        return FoldRounds(plan, rounds, int(scheme.folds))
    if isinstance(scheme, Fresh):
        return FreshRounds(plan, rounds)
    if scheme.looks_back and rounds > 1:
        return HistoryRounds(plan, rounds)
    return None
