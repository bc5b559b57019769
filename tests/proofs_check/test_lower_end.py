"""The certificate of the window's lower end speaks of the gain of R5, and can fail."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from relabel_lab.proofs_check.balls import precision
from relabel_lab.proofs_check.claims import lower_end
from relabel_lab.proofs_check.formulas import CONSTANT, Formulas


def gain(a, k):
    """kappa_1 / kappa_0 - 1 at e = 1/5 by the table."""
    f, at = Formulas(), (0.4, 5 * a * k, k**-2.0)
    return f.full(*at) / f.initial(*at) - 1


@pytest.mark.parametrize("a", [0.2, 1.0, 2.5, 6.0])
@pytest.mark.parametrize("k", [0.02, 0.3, 1.0, 4.0])
def test_loss_has_the_sign_of_the_table(a, k):
    with precision():
        value = float(lower_end.loss(arb(a), arb(k)).mid())
    assert value * gain(a, k) < 0


def test_places_outside_the_window_can_lose():
    a = 2.0
    with precision():
        least = float(lower_end.least_k(arb(a)).mid())
    assert gain(a, least) > 0 > gain(a, least / 4)


@pytest.mark.parametrize("constant", [Fraction(101, 100), Fraction(9, 10)])
def test_smaller_constant_is_not_proved(monkeypatch, constant):
    monkeypatch.setattr(lower_end, "SUFFICIENT", constant)
    with precision():
        value = lower_end.thin_loss(arb("9.8"))
    assert value > 0


def test_open_box_is_reported(monkeypatch):
    monkeypatch.setattr(lower_end, "SUFFICIENT", Fraction(1, 10))
    with precision():
        _, left = lower_end.prove_middle(limit=300)
    assert left is not None


def test_gain_falls_in_noise_level():
    f, a, k = Formulas(), 1.5, 0.4
    e = np.linspace(0.02, 0.9, 40)
    at = ((1 - e) / 2, a * k / e, k**-2.0)
    # the expression whose sign decides, at fixed kappa_0 and k
    u = f.a1(*at, CONSTANT) / e
    square = f.full_square(k, f.c(*at, CONSTANT), f.b(*at, CONSTANT))
    assert (np.diff(k**2 * u**2 - square) < 0).all()
