"""The engine exact in law that never draws the data (R3, R19)."""

from relabel_lab.sim.dice.engine import run, run_many
from relabel_lab.sim.dice.rounds import Score, seed_outcome

__all__ = [
    "Score",
    "run",
    "run_many",
    "seed_outcome",
]
