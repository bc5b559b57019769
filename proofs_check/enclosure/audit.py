r"""Single boxes of a map proved again in Arb, from the definitions of R5 and R10 (`verifiers`)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from flint import arb

from relabel_lab.proofs_check.balls import ball, cumulative, density, monotone, precision
from relabel_lab.proofs_check.enclosure.slices import Partition, Slice
from relabel_lab.proofs_check.verifiers import VALUES, Dual, proved_sign, values_of

PARTS = 4000


def values_at(p: arb, rho: arb, alpha: Fraction) -> dict[str, arb]:
    """Kappas of the initial model and of full retraining."""
    root = ball(alpha).sqrt()
    k, e = 1 / root, 1 - 2 * p
    a = rho * root * e
    x, y = monotone(cumulative, a + k), monotone(cumulative, a - k)
    a1, c = 2 * ((1 - p) * x + p * y) - 1, (1 - p) * (2 * x - 1) - p * (2 * y - 1)
    b = 2 * ((1 - p) * density(a + k) + p * density(a - k))
    square = k * k + 2 * c * k * b + b * b
    return {"initial": rho * e / k, "full": rho * a1 / square.sqrt()}


Rectangle = tuple[Fraction, Fraction, Fraction, Fraction]


def rectangle(partition: Partition, index: int) -> Rectangle:
    """Exact ends (p low, p high, rho low, rho high) of one box."""
    scale = 2 ** int(partition.level[index])
    ends: list[Fraction] = []
    for cell, (low, high) in (
        (int(partition.i[index]), partition.slice.p),
        (int(partition.j[index]), partition.slice.rho),
    ):
        step = (high - low) / scale
        ends += [low + step * cell, low + step * (cell + 1)]
    return ends[0], ends[1], ends[2], ends[3]


def audit(partition: Partition, count: int, seed: int) -> dict[str, int]:
    """Prove the signs of ``count`` decided boxes, drawn at random, a second time.

    Returns:
        How many are proved, how many are open after `PARTS` parts, and for how many the other sign
        is proved.
    """
    decided = np.flatnonzero(partition.sign)
    rng = np.random.default_rng(seed)
    tally = dict.fromkeys(("proved", "open", "contradicted"), 0)
    with precision(100):
        for index in rng.choice(decided, size=min(count, len(decided)), replace=False):
            found = proved_again(partition.slice, rectangle(partition, index))
            agreement = found * int(partition.sign[index])
            tally[{1: "proved", 0: "open", -1: "contradicted"}[agreement]] += 1
    return tally


def proved_again(where: Slice, box: Rectangle) -> int:
    """The sign that is proved all over a box from the definitions; 0 if none is."""
    k = (1 / ball(where.alpha)).sqrt()
    names = VALUES[where.comparison]

    def difference(at: list[Dual]) -> Dual:
        first, second = values_of(at[0], at[1], k, names)
        return first - second

    return proved_sign(difference, (box[:2], box[2:]), PARTS)
