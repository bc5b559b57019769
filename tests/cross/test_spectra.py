"""Where a spectrum has a prediction, and what the exact law says on both sides of the line (R5s)."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from relabel_lab.sim import Full, Problem, dice, power_spectrum
from relabel_lab.theory import Status, predict
from relabel_lab.theory.limit import one_round
from tests.strategies import agrees

KEY = jax.random.key(31)


def drawn(problem, seeds=600):
    return np.asarray(dice.run(problem, Full(), key=KEY, seeds=seeds).accuracy)[:, 1]


@pytest.mark.parametrize(("d", "exponent"), [(301, 0.3), (101, 0.2)])
def test_inside_the_line_the_prediction_is_right(d, exponent):
    problem = Problem(1000, d, 0.35, 0.7, spectrum=power_spectrum(d, exponent))
    told = predict(problem, Full())
    assert told.status == Status.PREDICTED
    assert agrees(drawn(problem), float(told.accuracy[1]), also=0.008)


def test_outside_the_line_the_formula_would_be_wrong():
    """One eigenvalue of 100 beside 28 of 0.01: 0.529 by the formula, 0.650 by the exact law."""
    p = 1 / (1 + np.e)
    problem = Problem(398, 30, p, 2.82, spectrum=[100.0] + [0.01] * 28)
    told = predict(problem, Full())
    assert told.status == Status.DOMINATED and np.isnan(told.accuracy).all()
    assert "simulate" in told.reason
    formula = float(one_round(problem, Full()).accuracy[1])
    law = drawn(problem)
    assert formula == pytest.approx(0.529, abs=0.001)
    assert agrees(law, 0.650, also=0.009)
    assert law.mean() - formula > 0.1
