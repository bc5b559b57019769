"""One cell of the probe: one label mechanism and one seed, all arms along the path of penalties."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.experiments.arms import Arm
from relabel_lab.experiments.engine import Trained, accuracy_of, run_arms
from relabel_lab.experiments.inputs import Inputs, noisy_labels, root_key
from relabel_lab.experiments.labels import Mechanism
from relabel_lab.experiments.probe.learner import HeldOut, ProbeLearner
from relabel_lab.experiments.records import Record, label_accuracies, sizes


def run_cell(
    inputs: Inputs,
    mechanism: Mechanism,
    epsilon: float | None,
    seed: int,
    penalties: Sequence[float],
    arms: Sequence[Arm],
    preset: str,
) -> list[Record]:
    """Rows of every arm and penalty for one draw of the noise."""
    root = root_key(seed)
    noisy = noisy_labels(inputs, mechanism, seed)
    given = np.repeat(noisy[inputs.rows][None], len(penalties), axis=0)
    held = np.repeat(noisy[inputs.held_rows][None], len(penalties), axis=0)
    learner = ProbeLearner(
        np.asarray(penalties, np.float32),
        len(penalties),
        inputs.classes,
        HeldOut(inputs.held, held),
    )
    keys = jnp.repeat(jax.random.fold_in(root, 1)[None], len(penalties))
    likelihood = mechanism.likelihood(given)
    trained = run_arms(arms, learner, inputs.train, given, key=keys, likelihood=likelihood)
    common = {"preset": preset, "noise": mechanism.name, "epsilon": epsilon, "seed": seed}
    return [
        record
        for name, arm in trained.items()
        for record in _records(name, arm, inputs, learner, given, penalties, common)
    ]


def _records(
    name: str,
    arm: Trained,
    inputs: Inputs,
    learner: ProbeLearner,
    given: np.ndarray,
    penalties: Sequence[float],
    common: dict[str, Any],
) -> list[Record]:
    accuracy = accuracy_of(arm.predict, inputs.test, inputs.test_labels)
    held_out = learner.held_out.agreement(arm.predict)
    labels = label_accuracies(arm, given, inputs.clean[inputs.rows])
    size = sizes(arm, inputs.classes)
    rows = [0] if arm.choices else range(len(penalties))  # tuned: the same model in all rows
    choices = arm.choices or [{} for _ in penalties]
    return [
        Record(
            experiment="probe",
            arm=name,
            setting={"penalty": choices[i].get("penalty", penalties[i])},
            accuracy=float(accuracy[i]),
            held_out=float(held_out[i]),
            labels=labels[i],
            size=size[i],
            choices=choices[i],
            **common,
        )
        for i in rows
    ]
