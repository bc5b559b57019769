"""Rigorous signs over boxes: outward-rounded float64 arithmetic, bisection, certificates."""

from relabel_lab.proofs_check.enclosure.audit import audit, values_at
from relabel_lab.proofs_check.enclosure.comparisons import COMPARISONS
from relabel_lab.proofs_check.enclosure.normal import prepare
from relabel_lab.proofs_check.enclosure.pieces import (
    Box,
    quarters,
    saved_boxes,
    saved_pieces,
    verify_boxes,
    verify_pieces,
)
from relabel_lab.proofs_check.enclosure.slices import P_RANGE, RHO_RANGE, Partition, Slice, search
from relabel_lab.proofs_check.enclosure.verify import verify

__all__ = [
    "Box",
    "COMPARISONS",
    "P_RANGE",
    "Partition",
    "RHO_RANGE",
    "Slice",
    "audit",
    "prepare",
    "quarters",
    "saved_boxes",
    "saved_pieces",
    "search",
    "values_at",
    "verify",
    "verify_boxes",
    "verify_pieces",
]
