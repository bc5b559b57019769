r"""Independent re-check of single boxes in Arb, straight from the definitions of R5 and R10.

Shares nothing with `comparisons` but the model: kappas are written out in balls and compared; a
box too wide for that is split further.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from flint import arb

from relabel_lab.proofs_check.balls import ball, cumulative, density, interval, monotone, precision
from relabel_lab.proofs_check.enclosure.slices import Partition, Slice

FOLDS = 5


def values_at(p: arb, rho: arb, alpha: Fraction) -> dict[str, arb]:
    """Both sides of every comparison, by name."""
    root = ball(alpha).sqrt()
    k, e = 1 / root, 1 - 2 * p
    a = rho * root * e
    x, y = monotone(cumulative, a + k), monotone(cumulative, a - k)
    right = (1 - p) * x + p * y
    a1, c = 2 * right - 1, (1 - p) * (2 * x - 1) - p * (2 * y - 1)
    b = 2 * ((1 - p) * density(a + k) + p * density(a - k))
    square = k * k + 2 * c * k * b + b * b
    g = (arb(FOLDS - 1) / FOLDS).sqrt()
    z = 2 * monotone(cumulative, g * a) - 1
    b_cf = 2 * g * density(g * a)
    square_cf = k * k + 2 * e * z * k * b_cf + b_cf * b_cf
    return {
        "initial": rho * e / k,
        "full": rho * a1 / square.sqrt(),
        "consensus": rho * (e + a1) / (2 * (1 + c) * k * (k + b) + b * b).sqrt(),
        "crossfit": rho * z / square_cf.sqrt(),
        "given labels": 1 - p,
        "predicted labels": right,
        "consensus labels": (1 - p) * x / ((1 + c) / 2),
    }


PAIRS = {
    "full-initial": ("full", "initial"),
    "consensus-initial": ("consensus", "initial"),
    "consensus-full": ("consensus", "full"),
    "crossfit-full": ("crossfit", "full"),
    "predicted-given": ("predicted labels", "given labels"),
    "consensus-predicted": ("consensus labels", "predicted labels"),
}

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


def sign(where: Slice, box: Rectangle, depth: int = 3) -> int:
    """Sign that Arb proves over the whole box, 0 if it cannot with ``depth`` splits."""
    p_low, p_high, r_low, r_high = box
    values = values_at(interval(p_low, p_high), interval(r_low, r_high), where.alpha)
    first, second = PAIRS[where.comparison]
    difference = values[first] - values[second]
    if difference > 0:
        return 1
    if difference < 0:
        return -1
    if depth == 0:
        return 0
    p_mid, r_mid = (p_low + p_high) / 2, (r_low + r_high) / 2
    halves = [
        sign(where, (pl, ph, rl, rh), depth - 1)
        for pl, ph in ((p_low, p_mid), (p_mid, p_high))
        for rl, rh in ((r_low, r_mid), (r_mid, r_high))
    ]
    return halves[0] if len(set(halves)) == 1 else 0


def audit(partition: Partition, count: int, seed: int) -> dict[str, int]:
    """Re-check ``count`` decided boxes drawn at random.

    Returns:
        How many Arb proves as a whole, how many only at their centre, leaves open, contradicts.
    """
    decided = np.flatnonzero(partition.sign)
    rng = np.random.default_rng(seed)
    tally = dict.fromkeys(("proved", "centre", "open", "contradicted"), 0)
    with precision(100):
        for index in rng.choice(decided, size=min(count, len(decided)), replace=False):
            box, claimed = rectangle(partition, index), int(partition.sign[index])
            whole = sign(partition.slice, box)
            found = whole or sign(partition.slice, _centre(box), depth=0)
            agrees = "proved" if whole else "centre"
            tally[agrees if found == claimed else "open" if found == 0 else "contradicted"] += 1
    return tally


def _centre(box: Rectangle) -> Rectangle:
    p, rho = (box[0] + box[1]) / 2, (box[2] + box[3]) / 2
    return p, p, rho, rho
