"""Return on investment of retraining: what a run costs, what a point is worth, when they meet."""

import math
from dataclasses import dataclass

from relabel_lab.pilot.checks import number, reject

POINT = 0.01


@dataclass(frozen=True)
class Costs:
    """A year's sheet, in one currency.

    Attributes:
        point_value: what one point of accuracy (0.01) is worth in a year.
        runs: trainings a year.
        extra_seconds: machine seconds that retraining adds to one training.
        machine_hour: price of a machine hour.
        setup_hours: people's hours to adopt it, once.
        upkeep_hours: people's hours a year to watch it.
        people_hour: price of such an hour.
    """

    point_value: float
    runs: float
    extra_seconds: float
    machine_hour: float
    setup_hours: float = 0.0
    upkeep_hours: float = 0.0
    people_hour: float = 0.0

    def __post_init__(self):
        for name, value in vars(self).items():
            if number(name, value, "a number >= 0") < 0:
                raise reject(name, value, "a number >= 0")

    @property
    def yearly(self) -> float:
        """Running cost of a year."""
        machine = self.runs * self.extra_seconds / 3600 * self.machine_hour
        return machine + self.upkeep_hours * self.people_hour

    @property
    def once(self) -> float:
        """Cost of adopting it."""
        return self.setup_hours * self.people_hour

    @property
    def break_even_gain(self) -> float:
        """Gain of accuracy that pays the first year; infinite where a point is worth nothing."""
        cost = self.yearly + self.once
        if self.point_value == 0:
            return math.inf if cost else 0.0
        return POINT * cost / self.point_value

    def net(self, gain: float) -> float:
        """First year's value of a gain of accuracy less all costs."""
        return number("gain", gain, "a number") / POINT * self.point_value - self.yearly - self.once

    def months(self, gain: float) -> float:
        """Months until the adoption is paid back; infinite where running costs eat the gain."""
        surplus = self.net(gain) + self.once
        if surplus <= 0:
            return math.inf
        return 12 * self.once / surplus


@dataclass(frozen=True)
class Payback:
    """What an interval of a gain means in money.

    Attributes:
        net: first year at the lower end, the estimate, the upper end.
        break_even_gain: gain that pays the first year.
        verdict: *pays* where even the lower end does, *does not pay* where not even the upper
            end does, *open* between.
    """

    net: tuple[float, float, float]
    break_even_gain: float
    verdict: str


def payback(estimate: float, interval: tuple[float, float], costs: Costs) -> Payback:
    """Judge a measured gain with its interval; never by the estimate alone.

    Args:
        estimate: gain of accuracy, as in ``pilot.json``.
        interval: its lower and upper end.
        costs: the year's sheet.
    """
    low, high = interval
    if not low <= estimate <= high:
        raise reject("interval", [low, high], f"around the estimate, {estimate:g}")
    net = (costs.net(low), costs.net(estimate), costs.net(high))
    verdict = "pays" if net[0] > 0 else "does not pay" if net[2] <= 0 else "open"
    return Payback(net, costs.break_even_gain, verdict)
