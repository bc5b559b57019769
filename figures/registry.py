"""The list of figures, and the way from a name to a data file and its pictures."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from relabel_lab.sim.kit import write_whole

NAMES = (
    "accuracy_curves",
    "phase_diagram",
    "critical_separation",
    "cost",
    "schemes",
    "bayes_gap",
    "cobweb",
    "rounds",
    "learner_boundary",
)
"""Modules of this package, each with SUMMARY, PRESETS, ``compute(preset, step)``, ``draw(data)``."""

FORMATS = ("svg", "png")

Step = Callable[[int, int], None]
"""Called as ``step(done, total)`` while a figure is computed."""


def summaries() -> dict[str, str]:
    """One line about each figure."""
    return {name: _module(name).SUMMARY for name in NAMES}


def make(name: str, preset: str, out: Path, step: Step) -> list[Path]:
    """Compute a figure, write its data, and draw it from what was written.

    Args:
        name: one of `NAMES`.
        preset: ``quick`` or ``full``.
        out: folder, made where it is missing.
        step: told how far the computation is.

    Returns:
        The data file and the pictures.
    """
    module = _module(name)
    data = {"figure": name, "preset": preset, **module.compute(module.PRESETS[preset], step)}
    text = json.dumps(data, allow_nan=False) + "\n"
    pictures = draw(name, json.loads(text))
    written = [write_whole(out / f"{name}.json", text.encode())]
    return written + [write_whole(out / f"{name}.{kind}", p) for kind, p in pictures.items()]


def draw(name: str, data: dict[str, Any]) -> dict[str, bytes]:
    """The pictures of a data file's content, by format."""
    from relabel_lab.figures import style

    with style.applied():
        figure = _module(name).draw(data)
        return {kind: style.picture(figure, kind) for kind in FORMATS}


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"relabel_lab.figures.{name}")
