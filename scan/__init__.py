"""Scans: grids of problems times seeds, simulated with the theory beside them, in a store.

Above `sim` and `theory`, because a store holds both.
"""

from relabel_lab.scan.config import Config, load, parse
from relabel_lab.scan.store import Refused
from relabel_lab.scan.work import BlockWork, Failed, Summary, locally, run_scan

__all__ = [
    "BlockWork",
    "Config",
    "Failed",
    "Refused",
    "Summary",
    "load",
    "locally",
    "parse",
    "run_scan",
]
