r"""Arb balls for the normal law: \(\varphi, \Phi\), the Mills ratio and margin averages."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from flint import arb, ctx, fmpq

PRECISION = 80


def ball(value: Fraction | int) -> arb:
    """The exact rational as a ball."""
    exact = Fraction(value)
    return arb(fmpq(exact.numerator, exact.denominator))


def hull(low: arb, high: arb) -> arb:
    """The smallest ball found that holds both."""
    return low.union(high)


def interval(low: Fraction, high: Fraction) -> arb:
    """A ball that holds [low, high]."""
    return hull(ball(low), ball(high))


def density(x: arb) -> arb:
    r"""\(\varphi(x)\)."""
    return (-x * x / 2).exp() / (2 * arb.pi()).sqrt()


def cumulative(x: arb) -> arb:
    r"""\(\Phi(x)\)."""
    return (-x / arb(2).sqrt()).erfc() / 2


def tail(x: arb) -> arb:
    r"""\(Q(x) = 1 - \Phi(x)\), to full relative precision."""
    return (x / arb(2).sqrt()).erfc() / 2


def central(x: arb) -> arb:
    r"""\(2\Phi(x) - 1\)."""
    return (x / arb(2).sqrt()).erf()


def mills(x: arb) -> arb:
    r"""\(M(x) = Q(x)/\varphi(x)\), decreasing, so its ends serve a whole interval."""
    return hull(*(_mills_at(end) for end in (x.lower(), x.upper())))


def _mills_at(x: arb) -> arb:
    return tail(x) / density(x)


def monotone(f: Callable[[arb], arb], x: arb) -> arb:
    """Enclosure of f over x where f is proved monotone."""
    return hull(f(x.lower()), f(x.upper()))


class precision:
    """Arb precision in bits inside a ``with`` block; Arb keeps it per process."""

    def __init__(self, bits: int = PRECISION):
        self.bits = bits

    def __enter__(self) -> None:
        self.before, ctx.prec = ctx.prec, self.bits

    def __exit__(self, *_: object) -> None:
        ctx.prec = self.before


Piece = tuple[Fraction, Fraction]


def prove_negative(
    f: Callable[[arb], arb], low: Fraction, high: Fraction, limit: int = 200_000
) -> tuple[list[Piece], Piece | None]:
    """Bisect [low, high] until f < 0 is proved on every piece.

    Returns:
        The pieces, and a piece where f > 0 is proved or the work ran out (None if proved).
    """
    waiting, done = [(Fraction(low), Fraction(high))], []
    while waiting:
        left, right = waiting.pop()
        value = f(interval(left, right))
        if value < 0:
            done.append((left, right))
        elif value > 0 or len(done) + len(waiting) > limit:
            return done, (left, right)
        else:
            middle = (left + right) / 2
            waiting += [(middle, right), (left, middle)]
    return done, None
