"""RetrainingClassifier against the same fits and predictions by hand."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier

from relabel_lab.pilot import RetrainingClassifier

N, D, RATE, REPEATS = 20_000, 100, 0.3, 7
LEARNERS = (
    RidgeClassifier(),
    LogisticRegression(),
    HistGradientBoostingClassifier(max_iter=20, early_stopping=False, random_state=0),
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
    """Median over pairs, run alternately, of the relative processor time on top."""
    ratios = []
    for _ in range(REPEATS):
        hand = _seconds(lambda: by_hand(learner, X, given))
        ours = _seconds(lambda: RetrainingClassifier(learner).fit(X, given))
        ratios.append(ours / hand - 1)
    return statistics.median(ratios)


def run() -> list[tuple[str, float, str, str]]:
    """Rows of name, value, unit, target."""
    X, given = data()
    rows = []
    for learner in LEARNERS:
        name = f"overhead of RetrainingClassifier({type(learner).__name__}), n={N} d={D}"
        rows.append((name, 100 * overhead(learner, X, given), "%", "< 5"))
    return rows


def _seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
