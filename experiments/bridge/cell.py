"""One cell of the linear learners: averaging and ridge on the labels that the probe's cell had."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from relabel_lab.experiments.arms import arms_named
from relabel_lab.experiments.bridge.linear import Averaging, RidgeLearner
from relabel_lab.experiments.bridge.whitening import Whitened
from relabel_lab.experiments.engine import Trained, accuracy_of, run_arms
from relabel_lab.experiments.inputs import Inputs, noisy_labels, root_key, without_intercept
from relabel_lab.experiments.labels import Mechanism
from relabel_lab.experiments.records import Record, label_accuracies, sizes

ARMS = ("given", "full", "consensus", "crossfit-consensus")
RIDGE = (0.01, 0.1, 1.0, 10.0, 100.0)
"""Penalties of ridge; the features' eigenvalues run from 0.02 to 80."""


class Case(NamedTuple):
    """A learner, the features it sees, and how its rows are told apart."""

    learner: Any
    train: np.ndarray
    test: np.ndarray
    settings: list[dict[str, Any]]


def cases(inputs: Inputs, white: Whitened) -> list[Case]:
    """Averaging on raw and whitened features, ridge on raw ones along its path."""
    raw = without_intercept(inputs.train), without_intercept(inputs.test)
    mean = Averaging(inputs.classes)
    ridge = RidgeLearner(inputs.classes, np.asarray(RIDGE, np.float32))
    path = [{"learner": "ridge", "penalty": penalty} for penalty in RIDGE]
    return [
        Case(mean, *raw, [{"learner": "averaging", "features": "raw"}]),
        Case(mean, white.train, white.test, [{"learner": "averaging", "features": "whitened"}]),
        Case(ridge, *raw, path),
    ]


def run_linear(
    inputs: Inputs,
    white: Whitened,
    mechanism: Mechanism,
    epsilon: float | None,
    seed: int,
    preset: str,
) -> list[Record]:
    """Rows of every case and arm for one draw of the noise."""
    noisy = noisy_labels(inputs, mechanism, seed)[inputs.rows]
    common = {"preset": preset, "noise": mechanism.name, "epsilon": epsilon, "seed": seed}
    records: list[Record] = []
    for case in cases(inputs, white):
        given = np.repeat(noisy[None], len(case.settings), axis=0)
        keys = jnp.repeat(root_key(seed)[None], len(case.settings))
        trained = run_arms(arms_named(ARMS), case.learner, case.train, given, key=keys)
        for name, arm in trained.items():
            records += _records(name, arm, case, given, inputs, common)
    return records


def _records(
    name: str, arm: Trained, case: Case, given: np.ndarray, inputs: Inputs, common: dict[str, Any]
) -> Sequence[Record]:
    accuracy = accuracy_of(arm.predict, case.test, inputs.test_labels)
    labels = label_accuracies(arm, given, inputs.clean[inputs.rows])
    size = sizes(arm, inputs.classes)
    return [
        Record(
            experiment="probe",
            arm=name,
            setting=setting,
            accuracy=float(accuracy[i]),
            held_out=None,
            labels=labels[i],
            size=size[i],
            **common,
        )
        for i, setting in enumerate(case.settings)
    ]
