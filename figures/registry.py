"""The list of figures, and the way from a name to its module."""

import importlib
from collections.abc import Callable
from types import ModuleType

_PLACES = {
    "plane": "simulated",
    "accuracy_curves": "simulated",
    "noise_curves": "simulated",
    "phase_diagram": "simulated",
    "critical_separation": "predicted",
    "schemes": "predicted",
    "collapse": "simulated",
    "window": "predicted",
    "guarantee": "simulated",
    "label_quality": "predicted",
    "bayes_gap": "predicted",
    "finite": "simulated",
    "rounds": "simulated",
    "cobweb": "predicted",
    "label_dp": "predicted",
    "anisotropic": "simulated",
    "classes": "predicted",
    "experiment": "predicted",
    "learner_boundary": "simulated",
    "subgroups": "simulated",
    "calibration": "predicted",
    "cost": "simulated",
}

NAMES = tuple(_PLACES)
"""Figures; the module of each has SUMMARY, PRESETS, ``compute(preset, step)``, ``caption(data)``
and ``draw(data)``.  Where it has DEFAULTS, compute takes them, or what was asked, as ``asked``."""

Step = Callable[[int, int], None]
"""Called as ``step(done, total)`` while a figure is computed."""


def summaries() -> dict[str, str]:
    """One line about each figure."""
    return {name: module(name).SUMMARY for name in NAMES}


def module(name: str) -> ModuleType:
    """The module of a figure."""
    return importlib.import_module(f"relabel_lab.figures.{_PLACES[name]}.{name}")
