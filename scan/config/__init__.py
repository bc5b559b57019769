"""What a scan is asked to do: a TOML document, checked as a whole, and its grid of cells."""

from relabel_lab.scan.config.axes import Axis
from relabel_lab.scan.config.document import Config, load, parse
from relabel_lab.scan.config.grid import Grid
from relabel_lab.scan.config.options import Adaptive, Refine, Run, Storage
from relabel_lab.scan.config.parameters import TEXTS, complete
from relabel_lab.scan.config.problems import chosen_cells, scalar, stacked
from relabel_lab.scan.config.ready import NAMES as PRESETS
from relabel_lab.scan.config.ready import preset
from relabel_lab.scan.config.schema import json_schema

__all__ = [
    "Adaptive",
    "Axis",
    "Config",
    "Grid",
    "PRESETS",
    "Refine",
    "Run",
    "Storage",
    "TEXTS",
    "chosen_cells",
    "complete",
    "json_schema",
    "load",
    "parse",
    "preset",
    "scalar",
    "stacked",
]
