"""Second proofs differentiate rightly, prove what is true and nothing that is false."""

from fractions import Fraction as F

import pytest
from flint import arb

from relabel_lab.proofs_check.balls import ball, precision
from relabel_lab.proofs_check.claims import lower_end
from relabel_lab.proofs_check.verifiers import (
    VALUES,
    Dual,
    gain_changes,
    growth_falls,
    proved_sign,
    separation_rises,
    thin_part_won,
    values_of,
    window_won,
)
from relabel_lab.proofs_check.verifiers.duals import variables
from relabel_lab.proofs_check.verifiers.mean_value import everywhere


@pytest.mark.parametrize("name", sorted({side for pair in VALUES.values() for side in pair}))
@pytest.mark.parametrize("axis", [0, 1])
def test_slopes_are_derivatives(name, axis):
    at, step = [F(3, 10), F(3, 2)], F(1, 10**10)
    with precision(300):
        k = ball(F(7, 10))

        def value(shift):
            moved = [x + shift * (i == axis) for i, x in enumerate(at)]
            return values_of(*variables([ball(x) for x in moved]), k, (name,))[0]

        rise = (value(step).value - value(-step).value) / (2 * ball(step))
        slope = value(F(0)).slope[axis]
        assert abs(float((rise - slope).mid())) < 1e-15 * (1 + abs(float(slope.mid())))


def test_true_statements_are_proved():
    with precision():
        assert growth_falls("uniform", F(2), (F(1, 2), F(1)))
        assert separation_rises((F(1), F(2)))
        assert thin_part_won((F(3), F(7, 2)), lower_end.SUFFICIENT, lower_end.SMALL_K)
        assert window_won(((F(2), F(33, 16)), (F(1), F(17, 16))), lower_end.SUFFICIENT)
        piece = (F(2), F(201, 100))
        assert gain_changes((F(3, 10), F(8, 25)), F(2), piece) == 1
        assert gain_changes((F(47, 100), F(49, 100)), F(2), piece) == -1


def test_false_statements_are_not():
    with precision():
        # C = 1 does not suffice at kappa_0 = 9.8, and a tenth does not at 2
        assert not thin_part_won((F(19, 2), F(10)), F(1), lower_end.SMALL_K)
        assert not window_won(((F(2), F(3)), (F(1, 50), F(1))), F(1, 10))
        assert proved_sign(lambda x: x[0] - arb("0.5"), [(F(0), F(1))]) == 0
        assert not everywhere(lambda part: part[0][0] > F(1, 3), ((F(0), F(1)),), most=50)


def test_a_function_is_not_split_for_ever():
    calls = []

    def zero(x: list[Dual]) -> Dual:
        calls.append(x)
        return x[0] - x[0]

    assert proved_sign(zero, [(F(0), F(1))], most=40) == 0
    assert len(calls) <= 2 * 40
