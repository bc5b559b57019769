r"""R6 a second time: \(E\varphi(m\kappa)\sqrt{1+\kappa^2Em^2}\) falls in \(\kappa\), from closed forms."""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from relabel_lab.proofs_check.balls import ball, interval
from relabel_lab.proofs_check.verifiers.duals import Dual, cumulative, tail, variables
from relabel_lab.proofs_check.verifiers.mean_value import Box, Side, everywhere


def growth_falls(kind: str, size: Fraction, piece: Side) -> bool:
    """Whether the derivative of its logarithm is proved negative on the piece."""

    def falls(part: Box) -> bool:
        (at,) = variables([interval(*part[0])])
        return bool(_logarithm(kind, ball(size), at).slope[0] < 0)

    return everywhere(falls, (piece,))


def _logarithm(kind: str, size: arb, kappa: Dual) -> Dual:
    """Up to a constant; uniform:W is m = 1 + U(0, W), half-normal:S is m = 1 + S |N(0, 1)|."""
    if kind == "uniform":
        second = 1 + size + size * size / 3
        law = (cumulative((1 + size) * kappa) - cumulative(kappa)).log() - kappa.log()
    else:
        second = 1 + 2 * size * (2 / arb.pi()).sqrt() + size * size
        # completing the square in exp(-kappa^2 (1 + S z)^2/2 - z^2/2) over z > 0
        spread = 1 + size * size * kappa * kappa
        law = tail(size * kappa * kappa / spread.sqrt()).log() - kappa * kappa / (2 * spread)
        law = law - spread.log() / 2
    return law + (1 + second * kappa * kappa).log() / 2
