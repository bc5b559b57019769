r"""Bisection of a (p, rho) slice into boxes where the sign of a comparison is proved.

A box is (level, i, j): the rectangle \([i, i+1]\times[j, j+1]\) of the grid of \(2^{level}\) by
\(2^{level}\) cells.  Ends are exact rationals, enclosed outward before they enter a formula.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from relabel_lab.proofs_check.enclosure.comparisons import COMPARISONS, Box
from relabel_lab.proofs_check.enclosure.intervals import Array, Interval, lift

CHUNK = 4096
P_RANGE = (Fraction(1, 100), Fraction(49, 100))
RHO_RANGE = (Fraction(1, 10), Fraction(8))


@dataclass(frozen=True)
class Slice:
    """What a certificate is about; everything exact."""

    comparison: str
    alpha: Fraction
    p: tuple[Fraction, Fraction] = P_RANGE
    rho: tuple[Fraction, Fraction] = RHO_RANGE


@dataclass(frozen=True, eq=False)
class Partition:
    """Boxes [N] that tile a slice, each with its proved sign (0: undecided)."""

    slice: Slice
    level: Array
    i: Array
    j: Array
    sign: Array

    def area(self, sign: int) -> Fraction:
        """Exact share of the slice whose boxes carry ``sign``."""
        levels, counts = np.unique(self.level[self.sign == sign], return_counts=True)
        total = Fraction(0)
        for level, count in zip(levels, counts, strict=True):
            total += Fraction(int(count), 4 ** int(level))
        return total

    def save(self) -> bytes:
        """The certificate as bytes."""
        stream = io.BytesIO()
        s = self.slice
        about = {
            "comparison": s.comparison,
            "alpha": str(s.alpha),
            "p": [str(x) for x in s.p],
            "rho": [str(x) for x in s.rho],
        }
        np.savez_compressed(
            stream,
            about=np.array(json.dumps(about)),
            level=self.level.astype(np.uint8),
            i=self.i.astype(np.uint32),
            j=self.j.astype(np.uint32),
            sign=self.sign.astype(np.int8),
        )
        return stream.getvalue()

    @staticmethod
    def load(content: bytes) -> Partition:
        """Read a certificate; nothing in it is trusted until `verify` has checked it."""
        with np.load(io.BytesIO(content), allow_pickle=False) as f:
            about = json.loads(str(f["about"]))
            p_low, p_high = map(Fraction, about["p"])
            rho_low, rho_high = map(Fraction, about["rho"])
            where = Slice(
                about["comparison"], Fraction(about["alpha"]), (p_low, p_high), (rho_low, rho_high)
            )
            columns = (f[name].astype(np.int64) for name in ("level", "i", "j", "sign"))
            return Partition(where, *columns)


def _cells(index: Array, level: Array, ends: tuple[Fraction, Fraction]) -> Interval:
    """Enclosure of low + (high - low) [index, index + 1] / 2^level, exact before rounding."""
    low, high = ends
    common = np.lcm(low.denominator, high.denominator)
    start, width = int(low * int(common)), int((high - low) * int(common))
    scale = np.ldexp(float(common), level.astype(np.int32))
    # numerators stay below 2^53, hence exact in float64
    left = np.ldexp(float(start), level.astype(np.int32)) + width * index.astype(np.float64)
    below = lift(left).over_positive(lift(scale)).lo
    above = lift(left + float(width)).over_positive(lift(scale)).hi
    return Interval(below, above)


def evaluate(where: Slice, level: Array, i: Array, j: Array) -> Array:
    """Proved signs of the boxes, in chunks that fit in cache."""
    compare = COMPARISONS[where.comparison]
    signs = np.zeros(len(level), np.int8)
    for part in _chunks(len(level)):
        p = _cells(i[part], level[part], where.p)
        rho = _cells(j[part], level[part], where.rho)
        signs[part] = compare(Box(p, rho, where.alpha)).sign()
    return signs


def _chunks(total: int) -> Iterator[slice]:
    return (slice(start, start + CHUNK) for start in range(0, total, CHUNK))


def search(
    where: Slice, undecided: Fraction, start: int = 4, deepest: int = 14
) -> tuple[Partition, int]:
    """Split undecided boxes until their area is at most ``undecided``.

    Returns:
        The partition, and how many boxes were evaluated.
    """
    side = np.arange(2**start)
    i, j = (x.ravel() for x in np.meshgrid(side, side, indexing="ij"))
    found, evaluated = [], 0
    for level in range(start, deepest + 1):
        levels = np.full(len(i), level)
        sign = evaluate(where, levels, i, j)
        evaluated += len(i)
        open_ = sign == 0
        last = level == deepest or Fraction(int(open_.sum()), 4**level) <= undecided
        kept = slice(None) if last else ~open_
        found.append((levels[kept], i[kept], j[kept], sign[kept]))
        if last:
            break
        i, j = _quarter(i[open_], j[open_])
    columns = (np.concatenate(column) for column in zip(*found, strict=True))
    return Partition(where, *columns), evaluated


def _quarter(i: Array, j: Array) -> tuple[Array, Array]:
    a, b = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    return (2 * i[:, None] + a).ravel(), (2 * j[:, None] + b).ravel()
