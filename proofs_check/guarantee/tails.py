r"""Tail bounds of R15, proved in balls: a binomial share, \(\chi^2\), the normal law."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

from flint import arb

from relabel_lab.proofs_check.balls import tail

SLACK = 1e-9  # covers float rounding many times over
ROUNDING = 2.0**-51


def _extend(rate: Callable[[arb], arb], start: float, step: float, wanted: float) -> float:
    """A point beyond ``start`` (in the direction of ``step``) where rate >= wanted, proved."""
    low, high = 0.0, 1.0
    while not rate(arb(start + step * high)) >= wanted:
        low, high = high, 2 * high
        if high > 1e12:
            raise ArithmeticError("no deviation is improbable enough")
    for _ in range(18):
        middle = (low + high) / 2
        low, high = (low, middle) if rate(arb(start + step * middle)) >= wanted else (middle, high)
    return start + step * high


def _share_rate(x: arb, q: arb, rest: arb, count: float) -> arb:
    r"""Lower bound on -log of the probability that a binomial share goes beyond x (away from q).

    Chernoff's tilt to x leaves \(E_x[e^{-\theta(S-Nx)}; S\ge Nx]\le\max_jP_x(S=j)/(1-e^{-\theta})\), and
    by Fourier inversion no value has more than \(e^{-V}I_0(V)\), \(V = Nx(1-x)\).
    """
    if not (x > 0 and x < 1):
        return arb("inf")
    up, low = (x / q).log(), ((1 - x) / rest).log()
    likeliest = (count * x * (1 - x)).bessel_i(0, scaled=True)
    factor = likeliest / (1 - (-abs(up - low)).exp())
    return count * (x * up + (1 - x) * low) - factor.log()


def share(q: arb, rest: arb, count: float, side: int, budget: float) -> float:
    """Bound on a binomial share; success probability q = 1 - rest; side +1 above, -1 below."""
    if q > rest:  # the rarer outcome keeps its digits
        mirrored = 1 - share(rest, q, count, -side, budget) + side * ROUNDING
        return min(1.0, max(0.0, mirrored))
    centre, width = float(q.mid()), sqrt(float((q * rest).mid()) / count) + 1 / count
    bound = _extend(lambda x: _share_rate(x, q, rest, count), centre, side * width, budget)
    return min(1.0, max(0.0, bound + side * SLACK * abs(bound)))


def _radius_rate(y: arb, degrees: int, side: int) -> arb:
    r"""Lower bound on -log of \(P(\chi^2_r\gtrless ry)\), from both tails of the gamma function.

    \(\Gamma(s,t)\le t^se^{-t}/(t-\max(s-1,0))\), \(\gamma(s,t)\le t^se^{-t}/(s-st/(s+1))\), s = r/2.
    """
    if not y > 0:
        return arb("inf")
    s = arb(degrees) / 2
    t = s * y
    factor = t - (s - 1).max(arb(0)) if side > 0 else s - s * t / (s + 1)
    return t - s * t.log() + s.lgamma() + factor.log() if factor > 0 else arb(0)


def squared_radius(degrees: int, n: int, side: int, budget: float) -> float:
    """Bound on chi^2_degrees / n; of no degrees it is 0."""
    if not degrees:
        return 0.0
    width = side * sqrt(2 / degrees)
    bound = max(0.0, _extend(lambda y: _radius_rate(y, degrees, side), 1.0, width, budget))
    return bound * degrees / n * (1 + side * SLACK)


def normal_quantile(budget: float) -> float:
    r"""A number z with \(Q(z)\le e^{-budget}\)."""
    return _extend(lambda z: -tail(z).log(), 0.0, 1.0, budget) * (1 + SLACK)
