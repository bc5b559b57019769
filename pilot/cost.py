"""What retraining costs in seconds and memory, here and at a stated size."""

import math
import resource
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.gain import PREFIX, density, fit

FOLDS = 5


@dataclass(frozen=True)
class Cost:
    """Measured on this machine and extrapolated.

    Attributes:
        seconds: one training by scheme, *initial* among them.
        exponent: growth of one training with the number of rows, between 0.5 and 3.
        peak: bytes this process held at most.
        features: bytes of the features.
        rows: the stated size.
        seconds_then: by scheme at that size.
        memory_then: bytes at that size, features and the copies a training makes.
    """

    seconds: dict[str, float]
    exponent: float
    peak: int
    features: int
    rows: int
    seconds_then: dict[str, float]
    memory_then: int


def cost(
    data: Dataset, estimator: Any, schemes: tuple[str, ...], coverage: float, rows: int
) -> Cost:
    """Time one training of all rows and one of half of them.

    Args:
        data: the rows.
        estimator: the learner as given, unfitted.
        schemes: what to cost.
        coverage: share of rows in the consensus set.
        rows: the size to extrapolate to.
    """
    half = np.arange(0, data.n, 2)
    whole, part = _seconds(data, estimator, np.arange(data.n)), _seconds(data, estimator, half)
    exponent = float(np.clip(math.log2(max(whole, 1e-6) / max(part, 1e-6)), 0.5, 3.0))
    factors = {"initial": 1.0} | {s: _trainings(s, coverage, exponent) for s in schemes}
    growth = (rows / data.n) ** exponent
    features = 8 * density(data.X)
    return Cost(
        {name: whole * factor for name, factor in factors.items()},
        exponent,
        _peak(),
        features,
        rows,
        {name: whole * factor * growth for name, factor in factors.items()},
        int(4 * features * rows / data.n),
    )


def _trainings(scheme: str, coverage: float, exponent: float) -> float:
    """A scheme's work in trainings on all rows."""
    labels = FOLDS * (1 - 1 / FOLDS) ** exponent if scheme.startswith(PREFIX) else 1.0
    share = coverage if scheme.endswith("consensus") else 1.0
    return labels + share**exponent


def _seconds(data: Dataset, estimator: Any, rows: np.ndarray) -> float:
    """The faster of two trainings: the first one pays for imports and caches."""
    times = []
    for _ in range(2):
        start = time.perf_counter()
        fit(estimator, data.take(rows), data.given[rows])
        times.append(time.perf_counter() - start)
    return min(times)


def _peak() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
