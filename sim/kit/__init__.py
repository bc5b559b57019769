"""Refusals of bad input, and files that appear whole or not at all."""

from relabel_lab.sim.kit.files import write_whole
from relabel_lab.sim.kit.validate import positive, reject, require, whole

__all__ = [
    "positive",
    "reject",
    "require",
    "whole",
    "write_whole",
]
