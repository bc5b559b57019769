r"""Enclosures of \(e^{-y}\), \(\varphi\), \(Q\) and the Mills ratio \(M = Q/\varphi\) over intervals.

Point values come from tables of Taylor coefficients that Arb computed, evaluated by Horner's
rule; `ERROR` bounds their relative error.  Parts of the bound, u = 2^-53:

- \(e^{-y}\), y = i + f: Taylor of degree 13 about f = 1/2 leaves at most
  \(e^{1/2}2^{-14}/14! < 10^{-15}\); Horner, the shift and the table entry at most
  \(45u\,e^{1/2+1/2} < 2\cdot10^{-14}\) of the value.
- M on a cell of half-width h: the remainder is proved cell by cell by Arb when the table is built,
  M being completely monotone, so that its derivatives are largest at the left edge; Horner adds
  at most \(40u\sum|c_j|h^j\), checked in the same place.
- \(\varphi\): squaring, halving and the factor add at most \(4u(1+y)\), y <= 745.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from flint import arb

from relabel_lab.proofs_check.balls import mills as exact_mills
from relabel_lab.proofs_check.balls import precision
from relabel_lab.proofs_check.enclosure.intervals import Array, Interval, down, up

ERROR = 1e-12
UNIT = 2.0**-53
DEGREE = 9
CELLS_PER_UNIT = 32
FIRST, LAST = -5, 90
EXP_FIRST, EXP_LAST = -64, 700
TINY = 1e-303  # above exp(-700)
ROOT_TWO_PI = float(np.sqrt(2 * np.pi))


@cache
def _exp_table() -> tuple[Array, tuple[float, ...]]:
    with precision(120):
        steps = [float((arb(-i)).exp().mid()) for i in range(EXP_FIRST, EXP_LAST + 1)]
        half, coefficient, series = (arb(-1) / 2).exp(), arb(1), []
        for j in range(14):
            series.append(float((half * coefficient).mid()))
            coefficient = -coefficient / (j + 1)
    return np.array(steps), tuple(series)


@cache
def _mills_table() -> Array:
    """Taylor coefficients [DEGREE, cells]; raises if a cell misses the error bound."""
    half = arb(1) / (2 * CELLS_PER_UNIT)
    rows = []
    with precision(500):
        for cell in range((LAST - FIRST) * CELLS_PER_UNIT):
            left = arb(FIRST) + arb(cell) / CELLS_PER_UNIT
            series = _derivatives(left + half, DEGREE)
            rows.append([float(c.mid()) for c in series])
            _check_cell(left, half * (1 + arb(2) ** -30), series)
    return np.array(rows).T.copy()


def _derivatives(x: arb, count: int) -> list[arb]:
    """Taylor coefficients of M at x: M' = xM - 1, M'' = xM' + M, and so on."""
    values = [exact_mills(x)]
    values.append(x * values[0] - 1)
    for n in range(1, count - 1):
        values.append(x * values[n] + n * values[n - 1])
    factorial, series = 1, []
    for n, value in enumerate(values):
        factorial *= max(n, 1)
        series.append(value / factorial)
    return series


def _check_cell(left: arb, half: arb, series: list[arb]) -> None:
    # edges a hair outside the cell: the cell of x is found in rounded arithmetic
    remainder = abs(_derivatives(left - half * arb(2) ** -30, DEGREE + 1)[-1]) * half**DEGREE
    size = sum((abs(c) * half**j for j, c in enumerate(series)), arb(0))
    least = exact_mills(left + 2 * half)
    if not remainder + 40 * UNIT * size < ERROR / 4 * least:
        raise ArithmeticError(f"Mills table misses its error bound in the cell at {left}")


def _exp_negative(y: Array) -> Array:
    """exp(-y) within relative `ERROR` / 8 for EXP_FIRST <= y <= EXP_LAST."""
    table, series = _exp_table()
    whole = np.floor(y)
    g = (y - whole) - 0.5
    value = np.full_like(g, series[-1])
    for c in series[-2::-1]:
        value *= g
        value += c
    return value * table.take(whole.astype(np.int64) - EXP_FIRST)


def exp_negative(y: Interval) -> Interval:
    r"""\(e^{-y}\); a lower end of 0 where y > 700; y < -64 is refused."""
    if not (y.lo >= EXP_FIRST).all():
        raise ArithmeticError("exp_negative needs y >= -64")
    low, high = np.minimum(y.hi, EXP_LAST), np.minimum(y.lo, EXP_LAST)
    below = np.where(y.hi > EXP_LAST, 0.0, _exp_negative(low) * (1 - ERROR))
    above = np.where(y.lo > EXP_LAST, TINY, _exp_negative(high) * (1 + ERROR))
    return Interval(below, above)


def _mills_point(x: Array) -> Array:
    place = (x - FIRST) * CELLS_PER_UNIT
    cell = np.clip(place.astype(np.int64), 0, (LAST - FIRST) * CELLS_PER_UNIT - 1)
    d = x - (FIRST + (cell + 0.5) / CELLS_PER_UNIT)
    table = _mills_table()
    value = table[-1].take(cell)
    for row in table[-2::-1]:
        value *= d
        value += row.take(cell)
    return value


def mills(x: Interval) -> Interval:
    r"""\(M(x)\), decreasing; beyond the table \(x/(1+x^2) < M < 1/x\)."""
    if not (x.lo >= FIRST).all():
        raise ArithmeticError("mills needs x >= -5")
    low, high = np.minimum(x.hi, LAST), np.minimum(x.lo, LAST)
    far = down(down(x.hi / up(1 + up(x.hi * x.hi))))
    below = np.where(x.hi > LAST, far, _mills_point(low) * (1 - ERROR))
    return Interval(below, _mills_point(high) * (1 + ERROR))


def _density_point(x: Array) -> Array:
    return _exp_negative(np.minimum(x * x / 2, EXP_LAST)) / ROOT_TWO_PI


def density(x: Interval) -> Interval:
    r"""\(\varphi(x)\), falling in |x|."""
    near = np.where((x.lo <= 0) & (x.hi >= 0), 0.0, np.minimum(np.abs(x.lo), np.abs(x.hi)))
    far = np.maximum(np.abs(x.lo), np.abs(x.hi))
    below = np.where(far > 37, 0.0, _density_point(far) * (1 - ERROR))
    return Interval(below, np.maximum(_density_point(near) * (1 + ERROR), TINY))


def tail(x: Interval) -> Interval:
    r"""\(Q(x)\), decreasing."""
    low, high = np.minimum(x.hi, 37.0), np.minimum(x.lo, 37.0)
    below = np.where(x.hi > 37, 0.0, _density_point(low) * _mills_point(low) * (1 - ERROR))
    return Interval(below, _density_point(high) * _mills_point(high) * (1 + ERROR))


def prepare() -> None:
    """Build and check the tables now (once a process) rather than at first use."""
    _exp_table()
    _mills_table()
