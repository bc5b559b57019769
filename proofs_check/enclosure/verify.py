"""Re-check of certificates: the boxes tile the slice, and every proved sign is proved again."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from relabel_lab.proofs_check.enclosure.slices import Partition, Slice, evaluate


def tiles_slice(partition: Partition) -> bool:
    """Whether the boxes cover the slice exactly once, in exact integer arithmetic."""
    level, i, j = partition.level, partition.i, partition.j
    deepest = int(level.max(initial=0))
    if deepest > 26 or (level < 0).any() or ((i < 0) | (j < 0)).any():
        return False
    if ((i >> level) != 0).any() or ((j >> level) != 0).any():
        return False
    length = 4 ** (deepest - level)
    start = _interleave(i, j) * length
    order = np.argsort(start)
    ends = (start + length)[order]
    begins = np.append(start[order][1:], 4**deepest)
    return bool(start[order][0] == 0 and (ends == begins).all())


def _interleave(i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Position of the cell along the Z-order curve."""
    code = np.zeros_like(i)
    for bit in range(27):
        code |= ((i >> bit) & 1) << (2 * bit + 1) | ((j >> bit) & 1) << (2 * bit)
    return code


def verify(content: bytes, where: Slice, undecided: Fraction) -> list[str]:
    """Faults of a certificate (none: it proves what it says about ``where``).

    Nothing of the search is trusted: the slice must be the one asked for, the tiling is checked
    in integers, and every sign is evaluated afresh.
    """
    partition = Partition.load(content)
    faults = []
    if partition.slice != where:
        faults.append(f"is about {partition.slice}, not {where}")
    if not tiles_slice(partition):
        return [*faults, "boxes do not tile the slice"]
    if partition.area(0) > undecided:
        faults.append(f"undecided share {float(partition.area(0)):.4f} > {float(undecided)}")
    proved = partition.sign != 0
    signs = evaluate(where, *(x[proved] for x in (partition.level, partition.i, partition.j)))
    wrong = int((signs != partition.sign[proved]).sum())
    if wrong:
        faults.append(f"{wrong} of {int(proved.sum())} signs are not proved")
    return faults
