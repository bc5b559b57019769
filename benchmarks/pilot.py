"""RetrainingClassifier against the same fits and predictions by hand.

What the learner itself spends is timed apart, so that its own noise, far larger than what is
measured here, drops out.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier

from relabel_lab.pilot import RetrainingClassifier

N, D, RATE, REPEATS = 20_000, 100, 0.3, 9
SPENT = {"inside": 0.0}


class _Timed:
    """Adds what the learner's own methods take to ``SPENT``."""

    def fit(self, X: Any, y: Any) -> Any:
        return _counted(super().fit, X, y)  # type: ignore[misc]

    def predict(self, X: Any) -> Any:
        return _counted(super().predict, X)  # type: ignore[misc]


def timed(learner: Any) -> Any:
    """The same learner with its methods timed."""
    kind = type(learner)
    return type(kind.__name__, (_Timed, kind), {})(**learner.get_params())


LEARNERS = (
    timed(RidgeClassifier()),
    timed(LogisticRegression()),
    timed(HistGradientBoostingClassifier(max_iter=20, early_stopping=False, random_state=0)),
)


def data() -> tuple[np.ndarray, np.ndarray]:
    """Two gaussian classes with flipped labels."""
    draw = np.random.default_rng(0)
    y = draw.integers(0, 2, N)
    X = draw.normal(size=(N, D)) + 0.2 * (2 * y - 1)[:, None]
    return X, np.where(draw.random(N) < RATE, 1 - y, y)


def by_hand(learner: Any, X: np.ndarray, given: np.ndarray) -> Any:
    """Consensus retraining without the meta-estimator."""
    kept = clone(learner).fit(X, given).predict(X) == given
    return clone(learner).fit(X[kept], given[kept])


def overhead(learner: Any, X: np.ndarray, given: np.ndarray) -> float:
    """Median, over pairs run in turn, of the time outside the learner on top of that by hand."""
    ratios = []
    for _ in range(REPEATS):
        inside, hand = _apart(lambda: by_hand(learner, X, given))
        _, ours = _apart(lambda: RetrainingClassifier(learner).fit(X, given))
        ratios.append((ours - hand) / inside)
    return statistics.median(ratios)


def run() -> list[tuple[str, float, str, str]]:
    """Rows of name, value, unit, target."""
    X, given = data()
    rows = []
    for learner in LEARNERS:
        name = f"overhead of RetrainingClassifier({type(learner).__name__}), n={N} d={D}"
        rows.append((name, 100 * overhead(learner, X, given), "%", "< 5"))
    return rows


def _apart(work: Callable[[], Any]) -> tuple[float, float]:
    """Processor seconds inside the learner's methods and outside."""
    SPENT["inside"], start = 0.0, time.process_time()
    work()
    total = time.process_time() - start
    return SPENT["inside"], total - SPENT["inside"]


def _counted(method: Callable[..., Any], *args: Any) -> Any:
    start = time.process_time()
    result = method(*args)
    SPENT["inside"] += time.process_time() - start
    return result
