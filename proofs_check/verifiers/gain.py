"""The change of the gain in accuracy from one flip rate to another, over separations (R16)."""

from __future__ import annotations

from fractions import Fraction

from relabel_lab.proofs_check.balls import ball
from relabel_lab.proofs_check.verifiers.definitions import values_of
from relabel_lab.proofs_check.verifiers.duals import Dual, tail
from relabel_lab.proofs_check.verifiers.mean_value import Side, proved_sign


def gain_changes(p: Side, alpha: Fraction, piece: Side) -> int:
    """The sign of gain(p[1]) - gain(p[0]) proved over a piece of separations; 0 if none is."""
    k = (1 / ball(alpha)).sqrt()

    def gain(flips: Fraction, rho: Dual) -> Dual:
        at = rho.chained(ball(flips), ball(0))
        before, after = values_of(at, rho, k, ("initial", "full"))
        return tail(before) - tail(after)

    return proved_sign(lambda x: gain(p[1], x[0]) - gain(p[0], x[0]), [piece])
