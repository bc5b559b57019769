"""Measure and decide in one call: what ``RetrainingClassifier(scheme="auto")`` asks."""

from collections.abc import Callable
from typing import Any

import numpy as np

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import Dataset, dataset
from relabel_lab.pilot.decision import MARGIN, Verdict, decide
from relabel_lab.pilot.gain import (
    ASYMMETRY,
    GIVEN,
    INITIAL,
    RETUNED,
    TUNED,
    Gains,
    Measured,
    Plan,
    Scorer,
    base_matrix,
    compare,
    gain_under,
    measure,
    table,
    tuned_key,
    worst,
)
from relabel_lab.pilot.learners import learner


def choose(
    estimator: Any,
    X: Any,
    y: Any,
    noise: Channel | None = None,
    random_state: int = 0,
    plan: Plan | None = None,
) -> tuple[str, int, Verdict]:
    """Choose a scheme on given labels alone.

    Args:
        estimator: a scikit-learn classifier; its regularisation path is recognised by name.
        X: features, shape (n, d), dense or sparse.
        y: given labels, shape (n,).
        noise: the label channel where it is known; else only signs of gains are used, and they
            must stand while classes' flip rates differ by up to `ASYMMETRY`.
        random_state: seed of the folds.
        plan: repeats, folds and candidates.

    Returns:
        scheme and rounds, (*initial*, 0) unless the verdict is *adopt*, and the verdict; its
        ``parameters`` are to be set on the estimator where it names the tuned learner.
    """
    data = dataset(X, y)
    plan = Plan(seed=random_state) if plan is None else plan
    measured = measure(data, learner(estimator), plan)
    verdict, _ = judge(measured, Scorer(data, noise))
    return verdict.scheme or INITIAL, verdict.rounds, verdict


def judge(
    measured: Measured,
    scorer: Scorer,
    *,
    margin: float = MARGIN,
    asymmetry: float = ASYMMETRY,
    forbidden: str | None = None,
) -> tuple[Verdict, Gains]:
    """Compare all candidates and decide.

    Args:
        measured: predictions of all candidates.
        scorer: how rows are scored.
        margin: gains below it are not worth a change.
        asymmetry: at an unknown rate, how far flip rates of classes may differ.
        forbidden: why no recommendation can be made at all, or None.
    """
    gains = compare(measured, scorer)
    slack = _slack(measured, scorer, asymmetry)
    verdict = decide(gains, measured.parameters, margin=margin, slack=slack, forbidden=forbidden)
    return verdict, gains


def _slack(measured: Measured, scorer: Scorer, asymmetry: float) -> Callable[[str], float]:
    """How much smaller each gain gets under the worst class-dependent flips allowed for."""
    if scorer.unit == "accuracy":
        return lambda name: 0.0
    tables = {key: _table(measured, key, scorer.data) for key in measured.predictions}
    base = base_matrix(None, scorer.data.K)

    def loss(a: tuple[str, str], b: tuple[str, str]) -> float:
        difference = tables[a] - tables[b]
        return gain_under(difference, base) - worst(difference, base, asymmetry)

    given, tuned = (GIVEN, INITIAL), tuned_key(measured)
    losses = {"tuning": loss((TUNED, RETUNED), given) if (TUNED, RETUNED) in tables else 0.0}
    for key in tables:
        name = key[1] if key[0] == GIVEN else f"{TUNED}-{key[1]}"
        losses[name] = max(loss(key, given), loss(key, tuned))
    return lambda name: losses[name]


def _table(measured: Measured, key: tuple[str, str], data: Dataset) -> np.ndarray:
    return table(measured, key, data.given, data.K)
