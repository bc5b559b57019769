"""The cost sheet: break-even by hand, and a verdict that follows the interval."""

import math

import pytest

from relabel_lab.pilot.payback import Costs, payback

pytestmark = pytest.mark.smoke


SHEET = Costs(
    point_value=2000,
    runs=52,
    extra_seconds=1800,
    machine_hour=3,
    setup_hours=20,
    upkeep_hours=10,
    people_hour=60,
)


def test_break_even_by_hand():
    assert SHEET.yearly == pytest.approx(52 * 0.5 * 3 + 600)
    assert SHEET.once == 1200
    assert SHEET.break_even_gain == pytest.approx(0.01 * 1878 / 2000)
    assert SHEET.net(SHEET.break_even_gain) == pytest.approx(0)
    assert SHEET.months(0.02) == pytest.approx(12 * 1200 / (4000 - 678))


@pytest.mark.parametrize(
    "interval, verdict",
    [((0.012, 0.03), "pays"), ((0.001, 0.03), "open"), ((-0.01, 0.009), "does not pay")],
)
def test_the_interval_decides(interval, verdict):
    assert payback(sum(interval) / 2, interval, SHEET).verdict == verdict


def test_a_worthless_point_never_pays():
    free = Costs(point_value=0, runs=1, extra_seconds=1, machine_hour=1)
    assert free.break_even_gain == math.inf and free.months(0.1) == math.inf


@pytest.mark.parametrize("name", ["point_value", "runs", "extra_seconds", "people_hour"])
def test_negative_entries_are_named(name):
    entries = {"point_value": 1, "runs": 1, "extra_seconds": 1, "machine_hour": 1, name: -1}
    with pytest.raises(ValueError, match=f"{name} must be a number >= 0"):
        Costs(**entries)


def test_an_interval_must_hold_its_estimate():
    with pytest.raises(ValueError, match="around the estimate"):
        payback(0.1, (0.0, 0.05), SHEET)
