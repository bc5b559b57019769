r"""Dual numbers over Arb balls: a value and its gradient, so that no derivative is written by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flint import arb

from relabel_lab.proofs_check import balls
from relabel_lab.proofs_check.balls import hull, monotone


@dataclass(frozen=True)
class Dual:
    """Enclosures of a function and of its partial derivatives over a box."""

    value: arb
    slope: tuple[arb, ...]

    def chained(self, value: arb, factor: arb) -> Dual:
        """A function of this number, of the given value and derivative."""
        return Dual(value, tuple(factor * x for x in self.slope))

    def __neg__(self) -> Dual:
        return self.chained(-self.value, arb(-1))

    def __add__(self, other: Dual | arb | int) -> Dual:
        if not isinstance(other, Dual):
            return Dual(self.value + other, self.slope)
        pairs = zip(self.slope, other.slope, strict=True)
        return Dual(self.value + other.value, tuple(x + y for x, y in pairs))

    __radd__ = __add__

    def __sub__(self, other: Dual | arb | int) -> Dual:
        return self + (-other)

    def __rsub__(self, other: arb | int) -> Dual:
        return -self + other

    def __mul__(self, other: Dual | arb | int) -> Dual:
        if not isinstance(other, Dual):
            return self.chained(self.value * other, arb(other))
        u, v = self.value, other.value
        pairs = zip(self.slope, other.slope, strict=True)
        return Dual(u * v, tuple(x * v + u * y for x, y in pairs))

    __rmul__ = __mul__

    def __truediv__(self, other: Dual | arb | int) -> Dual:
        return self * (other.inverse() if isinstance(other, Dual) else 1 / arb(other))

    def __rtruediv__(self, other: arb | int) -> Dual:
        return self.inverse() * other

    def inverse(self) -> Dual:
        """One over it."""
        one = 1 / self.value
        return self.chained(one, -one * one)

    def sqrt(self) -> Dual:
        """Its root."""
        root = self.value.sqrt()
        return self.chained(root, 1 / (2 * root))

    def exp(self) -> Dual:
        """e to it."""
        power = monotone(lambda x: x.exp(), self.value)
        return self.chained(power, power)

    def log1p(self) -> Dual:
        """Logarithm of 1 + it, which keeps the digits of small numbers."""
        return self.chained(self.value.log1p(), 1 / (1 + self.value))

    def log(self) -> Dual:
        """Its logarithm."""
        return self.chained(self.value.log(), 1 / self.value)


def variables(box: Sequence[arb]) -> list[Dual]:
    """The coordinates of a box."""
    one = range(len(box))
    return [Dual(x, tuple(arb(int(i == j)) for j in one)) for i, x in enumerate(box)]


def _density(x: arb) -> arb:
    """The normal density over a ball: it falls in the distance from 0."""
    ends = hull(balls.density(x.lower()), balls.density(x.upper()))
    return hull(ends, balls.density(arb(0))) if x.contains(0) else ends


def density(x: Dual) -> Dual:
    r"""\(\varphi(x)\)."""
    value = _density(x.value)
    return x.chained(value, -x.value * value)


def _normal(f: Callable[[arb], arb], sign: int) -> Callable[[Dual], Dual]:
    return lambda x: x.chained(monotone(f, x.value), sign * _density(x.value))


cumulative = _normal(balls.cumulative, 1)
tail = _normal(balls.tail, -1)


def mills(x: Dual) -> Dual:
    r"""\(M = Q/\varphi\), which falls, with \(M' = xM-1\), which rises by Gordon's inequality."""
    ends = x.value.lower(), x.value.upper()
    slope = hull(*(end * balls.mills(end) - 1 for end in ends))
    return x.chained(balls.mills(x.value), slope)


def log_tail(x: Dual) -> Dual:
    r"""\(\log Q(x)\), whose slope \(-1/M\) stays narrow however small Q is."""
    return x.chained(monotone(balls.tail, x.value).log(), -1 / balls.mills(x.value))
