"""What a scan is asked to do: a TOML document, checked as a whole, and its grid of cells."""

from relabel_lab.scan.config.document import Config, load, parse
from relabel_lab.scan.config.grid import Grid
from relabel_lab.scan.config.options import Adaptive, Run
from relabel_lab.scan.config.parameters import complete
from relabel_lab.scan.config.ready import preset
from relabel_lab.scan.config.values import spectrum_exponent

__all__ = [
    "Adaptive",
    "Config",
    "Grid",
    "Run",
    "complete",
    "load",
    "parse",
    "preset",
    "spectrum_exponent",
]
