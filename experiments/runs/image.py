"""The image experiment: residual networks on CIFAR-10, CIFAR-100 or folders of images."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from relabel_lab.experiments.data import load_images, write_tiny_images
from relabel_lab.experiments.runs.material import Maker, Material, source_folder
from relabel_lab.experiments.runs.presets import IMAGE, Preset, preset_named
from relabel_lab.experiments.training import Images, Task


def image_material(preset_name: str, data: Path | None) -> Material:
    """Images and the residual network of a preset."""
    preset = preset_named(IMAGE, preset_name)
    with source_folder(data, preset_name, write_tiny_images) as folder:
        found = load_images(folder).first(preset.train, preset.test)
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
    inputs = Images.of(pixels, **(preset.augment or {}))
    make = Maker(preset.make, (("classes", classes),))
    return Task(make, inputs, f"{preset.model}, {preset.augment}")
