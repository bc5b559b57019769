r"""Interval arithmetic on NumPy arrays, rounded outward.

Trusted: IEEE 754 double precision, that is \(+,-,\times,/,\sqrt{}\) rounded to nearest (error at
most \(2^{-53}\) of the result, or \(2^{-1074}\) where it underflows).  Each result is moved outward by
\(2^{-51}\) of itself plus \(10^{-300}\), which exceeds that error and the rounding of the move itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

Array = np.ndarray
RELATIVE, ABSOLUTE = 2.0**-51, 1e-300


def down(x: Array) -> Array:
    """A lower bound of the exact value whose nearest double is ``x``."""
    return x - (np.abs(x) * RELATIVE + ABSOLUTE)


def up(x: Array) -> Array:
    """An upper bound of the exact value whose nearest double is ``x``."""
    return x + (np.abs(x) * RELATIVE + ABSOLUTE)


@dataclass(frozen=True, eq=False)
class Interval:
    """Arrays ``lo <= hi`` of one shape; the exact value lies between them."""

    lo: Array
    hi: Array

    def __neg__(self) -> Interval:
        return Interval(-self.hi, -self.lo)

    def __add__(self, other: Interval | float) -> Interval:
        o = lift(other)
        return Interval(down(self.lo + o.lo), up(self.hi + o.hi))

    __radd__ = __add__

    def __sub__(self, other: Interval | float) -> Interval:
        return self + -lift(other)

    def __rsub__(self, other: Interval | float) -> Interval:
        return lift(other) - self

    def __mul__(self, other: Interval | float) -> Interval:
        if not isinstance(other, Interval):
            a, b = self.lo * other, self.hi * other
            return Interval(down(np.minimum(a, b)), up(np.maximum(a, b)))
        a, b = self.lo * other.lo, self.lo * other.hi
        c, d = self.hi * other.lo, self.hi * other.hi
        low = np.minimum(np.minimum(a, b), np.minimum(c, d))
        high = np.maximum(np.maximum(a, b), np.maximum(c, d))
        return Interval(down(low), up(high))

    __rmul__ = __mul__

    def over_positive(self, other: Interval) -> Interval:
        """self / other, where other.lo > 0."""
        low = np.minimum(self.lo / other.lo, self.lo / other.hi)
        high = np.maximum(self.hi / other.lo, self.hi / other.hi)
        return Interval(down(low), up(high))

    def square(self) -> Interval:
        """self^2, without the loss of a product of equals."""
        a, b = np.abs(self.lo), np.abs(self.hi)
        low = np.where((self.lo <= 0) & (self.hi >= 0), 0.0, np.minimum(a, b))
        high = np.maximum(a, b)
        return Interval(np.maximum(down(low * low), 0.0), up(high * high))

    def within(self, low: float, high: float) -> Interval:
        """Intersection with [low, high], which is known to hold the exact value."""
        return Interval(np.clip(self.lo, low, high), np.clip(self.hi, low, high))

    def meet(self, other: Interval) -> Interval:
        """Intersection of two enclosures of one value; an empty one would be a bug."""
        low, high = np.maximum(self.lo, other.lo), np.minimum(self.hi, other.hi)
        if (low > high).any():
            raise ArithmeticError("two enclosures of one value do not meet")
        return Interval(low, high)

    def sign(self) -> Array:
        """+1 or -1 where proved, else 0 (also where an end is not a number)."""
        return np.where(self.lo > 0, 1, np.where(self.hi < 0, -1, 0)).astype(np.int8)


def lift(value: Interval | Array | float) -> Interval:
    """Numbers that are doubles exactly, as an interval."""
    return value if isinstance(value, Interval) else Interval(np.asarray(value), np.asarray(value))


def rational(value: Fraction) -> Interval:
    """The tightest easy enclosure of an exact rational."""
    return lift(float(value.numerator)).over_positive(lift(float(value.denominator)))


def root(value: Interval) -> Interval:
    """Square root of an interval with lo >= 0."""
    return Interval(np.maximum(down(np.sqrt(value.lo)), 0.0), up(np.sqrt(value.hi)))
