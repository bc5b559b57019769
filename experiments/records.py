"""Raw results: JSON lines, one a trained model, the same fields for every experiment.

A file begins with one line ``{"run": …}`` of what all its rows share (experiment, preset, sizes,
versions, command).  Files appear whole or not at all.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from relabel_lab.experiments.engine import Trained


@dataclass(frozen=True)
class Record:
    """One arm, one replicate.

    Attributes:
        experiment: image, text or probe.
        preset: smoke, small or paper.
        noise: name of the label mechanism.
        epsilon: label differential privacy; None where the mechanism has none.
        seed: replicate; the same number means the same noise in every arm.
        arm: name of the arm.
        setting: hyper-parameters of this row that others of the file do not share.
        accuracy: on clean test labels.
        held_out: agreement with noisy held-out labels; None where none were held out.
        labels: accuracy of the given labels, of predicted labels on all samples trained on, and
            of the labels on the samples kept (given, all, kept).
        size: number of samples the last model was trained on, by class of the label used.
        choices: what was chosen on noisy labels, and diagnostics of the fits.
    """

    experiment: str
    preset: str
    noise: str
    epsilon: float | None
    seed: int
    arm: str
    accuracy: float
    held_out: float | None
    labels: dict[str, float | None]
    size: list[int]
    setting: dict[str, Any] = field(default_factory=dict)
    choices: dict[str, Any] = field(default_factory=dict)


def label_accuracies(
    trained: Trained, given: np.ndarray, clean: np.ndarray
) -> list[dict[str, float | None]]:
    """Accuracies of labels, one dictionary a replicate; clean labels [n] only score here."""
    right = trained.labels == clean
    return [
        {
            "given": float((given[i] == clean).mean()),
            "all": float(right[i].mean()),
            "kept": float(right[i][kept].mean()) if kept.any() else None,
        }
        for i, kept in enumerate(trained.kept)
    ]


def sizes(trained: Trained, classes: int) -> list[list[int]]:
    """Samples kept by class of their label, one list a replicate."""
    return [
        np.bincount(labels[kept], minlength=classes).tolist()
        for labels, kept in zip(trained.labels, trained.kept, strict=True)
    ]


def versions(*names: str) -> dict[str, str]:
    """Versions of the packages that decide the numbers."""
    return {name: version(name) for name in ("relabel-lab", "jax", "jaxlib", "numpy", *names)}


def write_records(path: Path, run: dict[str, Any], records: Iterable[Record]) -> None:
    """The file of a run or a cell, written beside its place and moved there."""
    lines = [json.dumps({"run": run}), *(json.dumps(rounded(asdict(record))) for record in records)]
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    beside.replace(path)


def read_records(path: Path) -> tuple[dict[str, Any], list[Record]]:
    """What all rows share, and the rows."""
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    return json.loads(first)["run"], [Record(**json.loads(line)) for line in rest]


def join_records(paths: Sequence[Path]) -> list[Record]:
    """Rows of several files in the order of the files."""
    return [record for path in paths for record in read_records(path)[1]]


def rounded(value: Any) -> Any:
    """Floats, however nested, to six decimals: beyond that a float32 accuracy says nothing."""
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value
