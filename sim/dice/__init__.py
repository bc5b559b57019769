"""The engine exact in law that never draws the data (R3, R19)."""

from relabel_lab.sim.dice.cells import one_rule, padded_sizes, run_cells, serves_cells
from relabel_lab.sim.dice.engine import Dice, run, run_many
from relabel_lab.sim.dice.rounds import seed_outcome

__all__ = [
    "Dice",
    "one_rule",
    "padded_sizes",
    "run",
    "run_cells",
    "run_many",
    "seed_outcome",
    "serves_cells",
]
