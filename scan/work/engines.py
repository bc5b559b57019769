"""The simulation engines as one function: seeds of many cells to arrays."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.scan.statistics import Samples
from relabel_lab.scan.work.groups import Group
from relabel_lab.sim import Outcome, dice, direct
from relabel_lab.sim.schemes import Scheme, parse_scheme

FIELDS = ("kappa", "log_error", "label_accuracy", "coverage")


class Engine:
    """Draws seeds of the cells of a grid.

    Args:
        name: dice or direct.
        schemes: names of label rules.
        rounds: retraining rounds.
        sizes: every n of the grid, which fixes the padded lengths.
        devices: they share the work; all local ones by default.
    """

    def __init__(
        self,
        name: str,
        schemes: tuple[str, ...],
        rounds: int,
        sizes: np.ndarray,
        devices: tuple[jax.Device, ...] | None = None,
    ):
        self.engine = direct if name == "direct" else dice
        rules = tuple(parse_scheme(text) for text in schemes)
        self.schemes: tuple[Scheme, ...] = jax.tree.map(jnp.asarray, rules)
        self.rounds = rounds
        self.sizes = sizes
        self.devices = tuple(jax.local_devices()) if devices is None else devices
        self.together = name == "dice" and dice.serves_cells(sizes, rules)

    def draw(self, group: Group, first: int, seeds: int) -> Samples:
        """Seeds ``first`` ... ``first + seeds - 1`` of every cell.

        Returns:
            kappa, log_error, label_accuracy, coverage, arrays [C, seeds, schemes, rounds + 1].
        """
        if self.together:
            outcome = dice.run_cells(
                group.problem,
                self.schemes,
                self.rounds,
                keys=group.keys,
                first=first,
                seeds=seeds,
                sizes=self.sizes,
                devices=self.devices,
            )
            return {name: np.asarray(getattr(outcome, name)) for name in FIELDS}
        return self._one_by_one(group, jnp.arange(first, first + seeds))

    def _one_by_one(self, group: Group, numbers: jax.Array) -> Samples:
        cells = [
            self._one(problem, key, numbers)
            for key, problem in zip(group.keys, group.scalars(), strict=True)
        ]
        return {name: np.stack([cell[name] for cell in cells]) for name in FIELDS}

    def _one(self, problem: Any, key: jax.Array, numbers: jax.Array) -> Samples:
        outcomes = self.engine.run_many(
            problem, self.schemes, self.rounds, key=key, seeds=numbers, devices=self.devices
        )
        found = [outcomes[scheme.name] for scheme in self.schemes]
        return {name: _stack(found, name) for name in FIELDS}


def _stack(outcomes: list[Outcome], name: str) -> np.ndarray:
    return np.stack([np.asarray(getattr(outcome, name)) for outcome in outcomes], axis=1)
