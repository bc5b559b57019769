"""Scans: grids of problems times seeds, simulated with the theory beside them, in a store.

Above `sim` and `theory`, because a store holds both.
"""

from scan.block import BlockWork
from scan.config import Config, load, parse
from scan.runner import Failed, Summary, locally, run_scan
from scan.store import Refused

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
