r"""R16's lower end a second time: retraining wins over boxes of \(A = \kappa_0\) and k at 1 - 2p = 1/5."""

from __future__ import annotations

from fractions import Fraction

from flint import arb

from relabel_lab.proofs_check.balls import ball
from relabel_lab.proofs_check.verifiers.duals import Dual, cumulative, density
from relabel_lab.proofs_check.verifiers.mean_value import Box, Side, everywhere, proved_sign

E_WORST = Fraction(1, 5)


def window_won(box: Box, constant: Fraction) -> bool:
    r"""Whether \(\kappa_1>\kappa_0\) is proved wherever the box meets \(kA\ge e^{-A^2/(2C)}\)."""

    def won(part: Box) -> bool:
        return _outside(part, constant) or proved_sign(_gain, part, most=1) > 0

    return everywhere(won, box, most=4000)


def _outside(part: Box, constant: Fraction) -> bool:
    """Whether the box lies below the window; k A and A^2 are largest at its upper corner."""
    a, k = ball(part[0][1]), ball(part[1][1])
    return bool((k * a).log() + a * a / (2 * ball(constant)) < 0)


def _gain(at: list[Dual]) -> Dual:
    r"""\(k^2a_1^2 - e^2D\) over \(\varphi(k-A)\), positive iff \(\kappa_1>\kappa_0\)."""
    a, k = at
    e = ball(E_WORST)
    p = (1 - e) / 2
    x, y = cumulative(a + k), cumulative(a - k)
    a1 = 2 * ((1 - p) * x + p * y) - 1
    c = (1 - p) * (2 * x - 1) - p * (2 * y - 1)
    b = 2 * ((1 - p) * density(a + k) + p * density(a - k))
    return k * k * (a1 * a1 - e * e) - e * e * b * (2 * c * k + b)


def thin_part_won(piece: Side, constant: Fraction, most_k: Fraction) -> bool:
    r"""Whether for k up to ``most_k`` and in the window \(b < k(\sqrt{c^2+u^2-1}-c)\) is proved.

    \(b\le2\varphi(0)e^{-A^2/2+Ak-k^2/2}\) and \(k\ge e^{-A^2/(2C)}/A\): the logarithm of the ratio
    of both sides must be negative at the largest k.
    """

    def below(part: Box) -> bool:
        return proved_sign(lambda x: _ratio(x[0], constant, most_k), part, most=1) < 0

    return everywhere(below, (piece,))


def _ratio(a: Dual, constant: Fraction, most_k: Fraction) -> Dual:
    k, e = ball(most_k), ball(E_WORST)
    s = cumulative(a + k) + cumulative(a - k) - 1
    # c = e S + d with d = Phi(A + k) - Phi(A - k) at most 2 k phi(A - k); u is at least S / e
    c = e * (2 * cumulative(a) - 1) + 2 * k * density(a - k)
    u = s / e
    factor = (c * c + u * u - 1).sqrt() - c
    height = (2 / arb.pi()).sqrt().log()
    falls = a * a * (1 / (2 * ball(constant)) - ball(Fraction(1, 2)))
    return height + a * k - k * k / 2 + falls + a.log() - factor.log()
