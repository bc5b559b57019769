"""The engine exact in law that never draws the data (R3, R19)."""

from relabel_lab.sim.dice.engine import Dice, run, run_many
from relabel_lab.sim.dice.rounds import seed_outcome

__all__ = [
    "Dice",
    "run",
    "run_many",
    "seed_outcome",
]
