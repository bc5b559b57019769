"""gain(T) = tr[(C_S − C_B) T⁻¹] and where its sign turns."""

import numpy as np
import pytest

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.gain.sensitivity import (
    gain_under,
    over_rates,
    size_range,
    turning_point,
    worst,
)

pytestmark = pytest.mark.smoke


def _tables(matrix, joint_s, joint_b):
    """Tables [predicted, given] of two classifiers from [true, predicted] and the channel."""
    return joint_s.T @ matrix - joint_b.T @ matrix


JOINT_S = np.array([[0.30, 0.20], [0.05, 0.45]])
JOINT_B = np.array([[0.42, 0.08], [0.15, 0.35]])
TRUE_GAIN = np.trace(JOINT_S) - np.trace(JOINT_B)


@pytest.mark.parametrize("flips", [(0.3, 0.3), (0.4, 0.0), (0.05, 0.25)])
def test_the_right_matrix_gives_the_true_gain(flips):
    matrix = np.array([[1 - flips[0], flips[0]], [flips[1], 1 - flips[1]]])
    difference = _tables(matrix, JOINT_S, JOINT_B)
    assert gain_under(difference, matrix) == pytest.approx(TRUE_GAIN)


def test_symmetric_rates_scale_and_never_turn():
    matrix = np.asarray(Channel.from_flip_rate(0.25, 2).matrix)
    rates = over_rates(_tables(matrix, JOINT_S, JOINT_B), 2, 0.45)
    signs = {np.sign(gain) for _, gain in rates}
    assert signs == {np.sign(TRUE_GAIN)}
    sizes = [abs(gain) for _, gain in rates]
    assert sizes == sorted(sizes)


def test_class_dependent_flips_turn_the_sign_at_the_known_place():
    """For two classes the sign turns where p1 − p0 = (a − b)/(a + b), a, b the first row."""
    difference = _tables(np.array([[0.6, 0.4], [0.0, 1.0]]), JOINT_S, JOINT_B)
    a, b = difference[0]
    turn = turning_point(difference, np.eye(2))
    expected = abs((a - b) / (a + b))
    assert turn.extra is not None
    assert expected <= turn.extra <= expected + 0.05
    assert worst(difference, np.eye(2), expected / 2) * gain_under(difference, np.eye(2)) > 0
    assert worst(difference, np.eye(2), turn.extra) < gain_under(difference, np.eye(2))


@pytest.mark.parametrize(("classes", "rate"), [(2, 0.3), (5, 0.55)])
def test_size_range_holds_the_true_gain(classes, rate):
    channel = Channel.from_flip_rate(rate, classes)
    accuracy, gain = 0.8, 0.06
    observed = gain * (channel.keep - channel.other)
    low, high = size_range(observed, classes, channel.agreement(accuracy))
    assert low <= gain <= high
    assert low == pytest.approx(observed)
