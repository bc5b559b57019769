"""What an experiment trains and scores on, made from files or generated for the smoke preset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jax
import numpy as np

from relabel_lab.experiments.training import Task
from relabel_lab.sim.kit import reject


@dataclass(frozen=True)
class Maker:
    """Makes a fresh model from a key; equal ones share their compiled programs."""

    make: Callable[..., Any]
    sizes: tuple[tuple[str, int], ...]

    def __call__(self, key: jax.Array) -> Any:
        """The model with these sizes."""
        return self.make(**dict(self.sizes), key=key)


@dataclass(frozen=True)
class Material:
    """Features and labels of one experiment.

    Attributes:
        task: model and inputs.
        features: training inputs [n, ...].
        clean: clean labels [n], seen by mechanisms and scores only.
        test_features: test inputs.
        test_labels: clean test labels.
        classes: number of classes.
        human: labels people gave, by name.
        facts: source, checksums and sizes, for results.
    """

    task: Task
    features: np.ndarray
    clean: np.ndarray
    test_features: np.ndarray
    test_labels: np.ndarray
    classes: int
    human: dict[str, np.ndarray] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


@contextmanager
def source_folder(
    data: Path | None, preset: str, generate: Callable[[Path], Any]
) -> Iterator[Path]:
    """The user's folder; for the smoke preset without one, generated files for the time of use."""
    if data is not None:
        yield data
    elif preset != "smoke":
        raise reject("data", None, f"a folder with the files of the experiment (preset {preset})")
    else:
        with TemporaryDirectory() as folder:
            generate(Path(folder))
            yield Path(folder)
