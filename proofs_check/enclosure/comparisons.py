r"""Signs of the comparisons of R5 over boxes of (p, rho) at fixed alpha, constant margin.

With \(X=\Phi(A+k), Y=\Phi(A-k)\), \(S = X+Y-1\), \(d = X-Y\), \(e = 1-2p\):
\(a_1 = S+ed\), \(c = eS+d\); S rises and d falls in A, so their ends are those of A.
Every comparison is brought to the sign of an expression that neither vanishes at the ends of
the slice nor loses its leading digits there; paper_notes.md derives them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from relabel_lab.proofs_check.enclosure.intervals import Interval, lift, rational, root
from relabel_lab.proofs_check.enclosure.normal import FIRST, density, exp_negative, mills, tail

FOLDS = 5


@dataclass(frozen=True, eq=False)
class Box:
    """Boxes of p and rho at one alpha, with the quantities that comparisons share."""

    p: Interval
    rho: Interval
    alpha: Fraction

    @cached_property
    def k(self) -> Interval:
        """Memorisation shift."""
        return root(rational(1 / self.alpha))

    @cached_property
    def e(self) -> Interval:
        """1 - 2p."""
        return 1.0 - 2.0 * self.p

    @cached_property
    def a(self) -> Interval:
        """A, the signal in a score."""
        return self.rho * self.e * root(rational(self.alpha))

    @cached_property
    def tails(self) -> tuple[Interval, Interval]:
        """Q(A + k) and Q(A - k)."""
        return tail(self.a + self.k), tail(self.a - self.k)

    @cached_property
    def densities(self) -> tuple[Interval, Interval]:
        """Normal density at A + k and A - k."""
        return density(self.a + self.k), density(self.a - self.k)

    @cached_property
    def s_and_d(self) -> tuple[Interval, Interval]:
        """S rises and d falls in A."""
        low, high = lift(self.a.lo), lift(self.a.hi)
        ends = []
        for end in (low, high):
            plus, minus = tail(end + self.k), tail(end - self.k)
            ends.append((1.0 - plus - minus, minus - plus))
        (s_low, d_high), (s_high, d_low) = ends
        s = Interval(s_low.lo, s_high.hi).within(0.0, 1.0)
        return s, Interval(d_low.lo, d_high.hi).within(0.0, 1.0)

    def weigh(self, right: Interval, wrong: Interval) -> Interval:
        """(1 - p) right + p wrong, written so that p enters once."""
        return right + self.p * (wrong - right)

    @cached_property
    def c(self) -> Interval:
        """Agreement of given and predicted labels."""
        s, d = self.s_and_d
        return (self.e * s + d).within(0.0, 1.0)

    @cached_property
    def b(self) -> Interval:
        """Correlation of agreement and residual, > 0."""
        return 2.0 * self.weigh(*self.densities).within(0.0, 1.0)

    @cached_property
    def slope(self) -> Interval:
        """S/A, the mean over [0, A] of phi(k+t) + phi(k-t), which falls in t where k <= 1."""
        s, _ = self.s_and_d
        plain = s.over_positive(self.a)
        if self.alpha < 1:
            return plain
        return plain.meet(_falling(self.a, self._s_at))

    def _s_at(self, a: Interval) -> Interval:
        return 1.0 - tail(a + self.k) - tail(a - self.k)

    @cached_property
    def gain(self) -> Interval:
        """a_1 / a_0 = S/e + d."""
        s, d = self.s_and_d
        return s.over_positive(self.e) + d

    @cached_property
    def full_excess(self) -> Interval:
        """D - k^2 = b (2ck + b)."""
        return self.b * (2.0 * self.c * self.k + self.b)


def full_initial(box: Box) -> Interval:
    """(a_1/a_0)^2 k^2 - D."""
    k2 = box.k.square()
    return k2 * (box.gain.square() - 1.0) - box.full_excess


def consensus_initial(box: Box) -> Interval:
    """(1 + a_1/a_0)^2 k^2 - |v_0 + v_1|^2."""
    k2 = box.k.square()
    cross = 2.0 * (box.c * k2 + box.k * box.b)
    return k2 * ((1.0 + box.gain).square() - 2.0) - cross - box.full_excess


def consensus_full(box: Box) -> Interval:
    """(1 + 2u) D - u^2 (|v_0 + v_1|^2 - D) with u = a_1/a_0, in v = u - 1 and w = 1 - c.

    Where memorisation is strong, u and c are near 1 and b near 0; v, w and b keep their digits.
    """
    plus, minus = box.tails
    wrong = (1.0 - box.p) * plus
    right = box.p * _below(box.a - box.k, minus)
    v = (2.0 * (right - wrong)).over_positive(box.e)
    w = 2.0 * (wrong + right)
    k2, kb, u2 = box.k.square(), box.k * box.b, (1.0 + v).square()
    return 2.0 * u2 * (k2 * w - kb) - k2 * v * (4.0 + 3.0 * v) + (3.0 + 2.0 * v) * box.full_excess


def _below(x: Interval, above: Interval) -> Interval:
    """Phi(x) from Q(x): 1 - Q, and the other tail, which keeps its digits where x < 0."""
    mirrored = -x
    other = tail(Interval(np.maximum(mirrored.lo, FIRST), np.maximum(mirrored.hi, FIRST)))
    other = Interval(other.lo, np.where(mirrored.lo < FIRST, 1.0, other.hi))
    return (1.0 - above).meet(other)


def crossfit_full(box: Box) -> Interval:
    """a_cf^2 D - a_1^2 D_cf in two forms of different scale; a sign proved by either counts."""
    near, far = _crossfit_near(box).sign(), _crossfit_far(box).sign()
    if (near * far < 0).any():
        raise ArithmeticError("two enclosures of one sign contradict each other")
    sign = near + far
    return Interval(np.where(sign > 0, 1.0, -1.0), np.where(sign < 0, -1.0, 1.0))


def _score_share() -> tuple[Interval, Interval]:
    """The factor g = sqrt((K-1)/K) and 1 - g^2."""
    return root(rational(Fraction(FOLDS - 1, FOLDS))), rational(Fraction(1, FOLDS))


def _crossfit_near(box: Box) -> Interval:
    """Both signals divided by rho sqrt(alpha) e, which leaves slowly varying factors."""
    g, _ = _score_share()
    ga, k2 = g * box.a, box.k.square()
    right = (1.0 - 2.0 * tail(ga)).within(0.0, 1.0)
    b = 2.0 * g * density(ga)
    excess = b * (2.0 * box.e * right * box.k + b)
    slope_cf = _falling(box.a, lambda a: 1.0 - 2.0 * tail(g * a))
    _, d = box.s_and_d
    slope = box.slope + d.over_positive(box.rho * root(rational(box.alpha)))
    return slope_cf.square() * (k2 + box.full_excess) - slope.square() * (k2 + excess)


def _falling(a: Interval, f: Callable[[Interval], Interval]) -> Interval:
    """Enclosure of f(a)/a where it falls in a > 0."""
    low, high = lift(a.lo), lift(a.hi)
    return Interval(f(high).over_positive(high).lo, f(low).over_positive(low).hi)


def _crossfit_far(box: Box) -> Interval:
    g, rest = _score_share()
    ga, k2, a2 = g * box.a, box.k.square(), box.a.square()
    half = 0.5 * (rest * a2 + k2)
    plus = exp_negative(half + box.a * box.k)
    minus = exp_negative(half - box.a * box.k)
    scale = density(ga)
    error = box.weigh(plus * mills(box.a + box.k), minus * mills(box.a - box.k))
    b = 2.0 * box.weigh(plus, minus)
    excess = b * (2.0 * box.c * box.k + b * scale)
    error_cf = mills(ga)
    right_cf = (1.0 - 2.0 * tail(ga)).within(0.0, 1.0)
    b_cf = 2.0 * g
    excess_cf = b_cf * (2.0 * box.e * right_cf * box.k + b_cf * scale)
    lost = 4.0 * error * (1.0 - error * scale).within(0.5, 1.0)
    lost_cf = 4.0 * error_cf * (1.0 - tail(ga)).within(0.5, 1.0)
    signal = (1.0 - lost * scale).within(0.0, 1.0)
    signal_cf = right_cf.square()
    return k2 * (lost - lost_cf) + excess * signal_cf - excess_cf * signal


def predicted_given(box: Box) -> Interval:
    """Error of the given labels minus that of the predicted ones."""
    plus, minus = box.tails
    return box.p * (1.0 - minus) - (1.0 - box.p) * plus


def consensus_predicted(box: Box) -> Interval:
    """cov (1-p) Q(A+k) - p (1-cov) Q(A-k), over density(A) e^{Ak}: cleaner where > 0."""
    covered = 0.5 * (1.0 + box.c)
    ratio = exp_negative(2.0 * box.a * box.k)
    right = covered * (1.0 - box.p) * ratio * mills(box.a + box.k)
    return right - box.p * (1.0 - covered) * mills(box.a - box.k)


COMPARISONS: dict[str, Callable[[Box], Interval]] = {
    "full-initial": full_initial,
    "consensus-initial": consensus_initial,
    "consensus-full": consensus_full,
    "crossfit-full": crossfit_full,
    "predicted-given": predicted_given,
    "consensus-predicted": consensus_predicted,
}
