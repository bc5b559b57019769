"""Does a learner name every class as often as it occurs?

One that hardly ever names some class (a penalty so heavy that the intercepts decide, a retraining
set that lost it) stands or falls with the class shares of the rows at hand, which all folds have in
common: its measured gain is that of these rows, and no interval from them carries to fresh ones.
"""

import numpy as np

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.gain.compare import Key
from relabel_lab.pilot.gain.measure import Measured

LEANS = 0.5


def named_least(
    measured: Measured, data: Dataset, channel: Channel | None
) -> dict[Key, tuple[float, int]]:
    """How often a learner names a class in held-out rows, over how often it occurs.

    Returns:
        the smallest ratio over classes, and the class's code, by learner.
    """
    share = np.bincount(data.given, minlength=data.K) / data.n
    if channel is not None and channel.invertible:
        share = channel.true_distribution(share)
    share = np.maximum(share, 1.0 / data.n)
    result = {}
    for key, codes in measured.predictions.items():
        named = np.bincount(codes.ravel(), minlength=data.K) / codes.size
        least = int(np.argmin(named / share))
        result[key] = float(named[least] / share[least]), least
    return result
