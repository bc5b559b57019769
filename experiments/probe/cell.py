"""One cell of the probe: one label mechanism and one seed, all arms along the path of penalties."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.experiments.arms import Arm
from relabel_lab.experiments.engine import Trained, accuracy_of, run_arms
from relabel_lab.experiments.labels import Mechanism
from relabel_lab.experiments.probe.features import Features
from relabel_lab.experiments.probe.head import with_intercept
from relabel_lab.experiments.probe.learner import HeldOut, ProbeLearner
from relabel_lab.experiments.records import Record, label_accuracies, sizes

HELD_OUT_SEED = 0
"""The held-out rows are the same in every cell, so that features are shared."""


@dataclass(frozen=True)
class Inputs:
    """What all cells share.

    Attributes:
        train: columns of the images trained on.
        held: columns of the images held out with noisy labels.
        test: columns of the test images.
        rows, held_rows: places of train and held in the list of training images.
        clean: clean labels of all training images; only mechanisms and scores read them.
        test_labels: clean labels of the test images.
        classes: number of classes K.
    """

    train: jax.Array
    held: jax.Array
    test: jax.Array
    rows: np.ndarray
    held_rows: np.ndarray
    clean: np.ndarray
    test_labels: np.ndarray
    classes: int


def split(
    features: Features, clean: np.ndarray, test_labels: np.ndarray, classes: int, held_out: int
) -> Inputs:
    """Hold out ``held_out`` random training images."""
    order = np.random.default_rng(HELD_OUT_SEED).permutation(len(clean))
    held, rows = np.sort(order[:held_out]), np.sort(order[held_out:])
    columns = with_intercept(features.train)
    parts = (jnp.asarray(np.ascontiguousarray(columns[:, place])) for place in (rows, held))
    train, kept_out = parts
    test = jnp.asarray(with_intercept(features.test))
    return Inputs(train, kept_out, test, rows, held, clean, test_labels, classes)


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


def root_key(seed: int) -> jax.Array:
    """Key of a replicate."""
    return jax.random.fold_in(jax.random.key(0), seed)


def noisy_labels(inputs: Inputs, mechanism: Mechanism, seed: int) -> np.ndarray:
    """Given labels of all training images: one draw a mechanism and seed, whatever is trained."""
    return mechanism.draw(inputs.clean, key=jax.random.fold_in(root_key(seed), 0))


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
