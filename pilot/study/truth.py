"""True gains of every candidate: of the models in hand, and over training sets."""

from typing import Any

import numpy as np

from relabel_lab.pilot.data import dataset
from relabel_lab.pilot.final import candidate
from relabel_lab.pilot.gain import (
    GIVEN,
    INITIAL,
    RETUNED,
    Key,
    Measured,
    Plan,
    choose_place,
    tuned_key,
)
from relabel_lab.pilot.learners import Learner


def accuracies(
    learner: Learner, measured: Measured, rows: tuple[Any, np.ndarray], test: tuple[Any, np.ndarray]
) -> dict[Key, float]:
    """Test accuracy of every candidate trained on ``rows`` (X, given labels)."""
    keys = [key for key in measured.predictions if key[1] != RETUNED]
    models = {key: candidate(learner, measured.parameters, key).fit(*rows) for key in keys}
    return {key: float(np.mean(m.predict(test[0]) == test[1])) for key, m in models.items()}


def retuned_accuracy(
    learner: Learner,
    rows: tuple[Any, np.ndarray],
    test: tuple[Any, np.ndarray],
    seed: int,
) -> float:
    """Test accuracy of the learner with its penalty chosen on ``rows`` (X, given labels) alone."""
    place = choose_place(dataset(*rows), learner, Plan(seed=seed))
    model = learner.at(place).fit(*rows)
    return float(np.mean(model.predict(test[0]) == test[1]))


def true_gains(accuracy: dict[Key, float], measured: Measured) -> dict[str, dict[str, float]]:
    """Gains over the given and over the tuned learner by candidate name."""
    given, tuned = accuracy[GIVEN, INITIAL], accuracy[tuned_key(measured)]
    result = {"tuning": {"over_given": tuned - given, "over_tuned": 0.0}}
    for (name, scheme), value in accuracy.items():
        if scheme != INITIAL:
            label = scheme if name == GIVEN else f"tuned-{scheme}"
            result[label] = {"over_given": value - given, "over_tuned": value - tuned}
    return result
