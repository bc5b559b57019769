"""The probe: logistic heads on fixed convolutional features, every arm along a path of penalties."""

from relabel_lab.experiments.probe.presets import PRESETS, ProbePreset
from relabel_lab.experiments.probe.run import run_probe

__all__ = ["PRESETS", "ProbePreset", "run_probe"]
