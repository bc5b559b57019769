"""How many labels are wrong: stated, counted where true labels are known, or bounded."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import Dataset


@dataclass(frozen=True)
class Rate:
    """A flip rate.

    Attributes:
        value: the rate, None where it is only bounded.
        interval: 95 %; both ends alike where the rate was stated.
        source: *stated*, *counted* or *bounded*.
        note: what to say beside it, or None.
    """

    value: float | None
    interval: tuple[float, float]
    source: str
    note: str | None = None


def flip_rate(data: Dataset, channel: Channel | None, agreement: float) -> Rate:
    """The flip rate of the given labels.

    Args:
        data: the rows; known true labels among them are counted.
        channel: the stated channel, or None.
        agreement: a lower confidence limit of some classifier's held-out agreement with given
            labels, which bounds a symmetric rate from above.
    """
    counted = _counted(data)
    if channel is not None:
        value = channel.flip_rate(_prior(data, channel))
        return Rate(value, (value, value), "stated", _contradiction(value, counted, channel, data))
    if counted is not None:
        return counted
    most = float(np.clip(1 - agreement, 0, 1 - 1 / data.K))
    return Rate(
        None, (0.0, most), "bounded", "if flips are symmetric; given labels alone say no more"
    )


def _counted(data: Dataset) -> Rate | None:
    rows = data.clean
    if not rows.any():
        return None
    assert data.truth is not None
    wrong = int(np.sum(data.truth[rows] != data.given[rows]))
    told = binomtest(wrong, int(rows.sum())).proportion_ci(method="wilson")
    interval = (float(told.low), float(told.high))
    return Rate(wrong / int(rows.sum()), interval, "counted", f"on {int(rows.sum())} checked rows")


def _contradiction(
    value: float, counted: Rate | None, channel: Channel, data: Dataset
) -> str | None:
    if counted is not None and not counted.interval[0] <= value <= counted.interval[1]:
        low, high = counted.interval
        return f"the checked rows say {low:.3f} to {high:.3f}, which contradicts the stated rate"
    return channel.warning(data.n)


def _prior(data: Dataset, channel: Channel) -> np.ndarray | None:
    """Class shares behind the given ones, where the channel can be inverted."""
    if channel.symmetric or not channel.invertible:
        return None
    shares = channel.true_distribution(np.bincount(data.given, minlength=data.K) / data.n)
    shares = np.clip(shares, 0, None)
    return shares / shares.sum()
