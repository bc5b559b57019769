"""One isotropic round without ever holding n numbers: passes over counter-based blocks (R3)."""

from relabel_lab.sim.dice.stream.crossfit import outcomes as crossfit
from relabel_lab.sim.dice.stream.large import FROM, Progress
from relabel_lab.sim.dice.stream.shared import outcomes as shared
from relabel_lab.sim.dice.stream.shared import passes_for
from relabel_lab.sim.dice.stream.tiles import kernel, tile_for

__all__ = [
    "FROM",
    "Progress",
    "crossfit",
    "kernel",
    "passes_for",
    "shared",
    "tile_for",
]
