"""The image experiment: residual networks on CIFAR-10, CIFAR-100 or folders of images."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from relabel_lab.experiments.data import load_images, write_tiny_images
from relabel_lab.experiments.runs.material import Maker, Material, source_folder
from relabel_lab.experiments.runs.presets import Preset
from relabel_lab.experiments.training import Images, Task

SIDE = 32
"""Side of the images for which augmentation is given in pixels."""


def image_material(name: str, preset: Preset, data: Path | None) -> Material:
    """Images, averaged to the size asked for, and the residual network of a preset."""
    with source_folder(data, name, write_tiny_images) as folder:
        found = load_images(folder).first(preset.train, preset.test).averaged(preset.size)
    facts = {
        "source": found.source,
        "files": found.files,
        "train": len(found.train.labels),
        "test": len(found.test.labels),
    }
    return Material(
        task=_task(preset, found.train.pixels, len(found.classes)),
        features=np.ascontiguousarray(found.train.pixels),
        clean=found.train.labels,
        test_features=np.ascontiguousarray(found.test.pixels),
        test_labels=found.test.labels,
        classes=len(found.classes),
        human=found.human,
        facts=facts,
    )


def _task(preset: Preset, pixels: np.ndarray, classes: int) -> Task:
    augment = scaled(preset.augment or {}, pixels.shape[1])
    inputs = Images.of(pixels, **augment)
    make = Maker(preset.make, (("classes", classes),))
    return Task(make, inputs, f"{preset.model}, {augment}")


def scaled(augment: Mapping[str, Any], side: int) -> dict[str, Any]:
    """The augmentation of images of this side: lengths in proportion, at least one pixel."""
    return {
        name: value if isinstance(value, bool) else max(1, round(value * side / SIDE))
        for name, value in augment.items()
    }
