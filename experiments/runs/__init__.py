"""The image and text experiments: presets, material, cells and their rows."""

from relabel_lab.experiments.runs.presets import IMAGE, TEXT, Preset
from relabel_lab.experiments.runs.run import run_deep
from relabel_lab.experiments.runs.store import Store

__all__ = ["IMAGE", "TEXT", "Preset", "Store", "run_deep"]
