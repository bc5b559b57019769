"""The gain against noise: its slope, its certified signs, and wrong formulas."""

import json
from fractions import Fraction

import pytest

from relabel_lab.proofs_check.balls import ball, precision
from relabel_lab.proofs_check.claims import noisier
from relabel_lab.proofs_check.enclosure import saved_pieces
from relabel_lab.proofs_check.formulas import Formulas

ALPHA, P = Fraction(2), (Fraction(3, 10), Fraction(8, 25))


@pytest.mark.parametrize("alpha", [Fraction(1, 10), Fraction(2), Fraction(100)])
def test_slope_is_the_derivative(alpha):
    rho, step = Fraction(3, 2), Fraction(1, 10**12)
    with precision(300):
        rise = noisier.gain(P[0], ball(rho + step), alpha) - noisier.gain(
            P[0], ball(rho - step), alpha
        )
        ratio = rise / (2 * ball(step)) / noisier.slope(P[0], ball(rho), alpha)
        assert abs(float(ratio.mid()) - 1) < 1e-15


def test_tampered_sign_and_dropped_piece_are_found():
    with precision():
        signs = noisier.decide(P, ALPHA)
        order = [signs[piece] for piece in sorted(signs)]
        text = saved_pieces(signs)
        assert noisier.verify(P, ALPHA, text, order) is None
        assert set(order) >= {1, -1}
        turned = [-which for which in order]
        assert "not proved" in noisier.verify(P, ALPHA, text, turned)
        short = json.dumps(json.loads(text)[:-1]).encode()
        assert "ends at" in noisier.verify(P, ALPHA, short, order[:-1])


class HalvedMemory(Formulas):
    def b(self, *args):
        return super().b(*args) / 2


def test_wrong_table_is_noticed():
    with precision():
        found = {P: noisier.decide(P, ALPHA)}
    assert noisier.against_table(found, ALPHA, Formulas()) == 0
    assert noisier.against_table(found, ALPHA, HalvedMemory()) > 0
