"""The simulation engines as one function: seeds of many cells to arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.scan.log_errors import log_errors
from relabel_lab.scan.statistics import Samples
from relabel_lab.scan.work import dice_cells
from relabel_lab.scan.work.groups import Group
from relabel_lab.sim import dice, direct, settled
from relabel_lab.sim.dice import stream
from relabel_lab.sim.schemes import Scheme, parse_scheme

Draw = Callable[[Group, int, int], Samples]


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
        self.name = name
        self.run_many = direct.run_many if name == "direct" else dice.run_many
        rules = tuple(parse_scheme(text) for text in schemes)
        self.schemes: tuple[Scheme, ...] = jax.tree.map(jnp.asarray, rules)
        self.rounds = rounds
        self.sizes = sizes
        self.devices = tuple(jax.local_devices()) if devices is None else devices

    def parts(self, group: Group) -> Iterator[tuple[Group, Draw]]:
        """Sub-groups that one program serves, each with the function that draws its seeds.

        ``draw(sub-group, first, seeds)`` gives seeds ``first`` ... ``first + seeds - 1``:
        kappa, log_error, label_accuracy, coverage, arrays [C, seeds, schemes, rounds + 1].
        """
        large = self.sizes.max() >= stream.FROM
        if self.name == "direct" or large or not dice_cells.applies(self.schemes):
            yield group, self._one_by_one
            return
        found = dice_cells.plans(group.problem, self.sizes, self.schemes, self.rounds)
        for where, plan in found:
            yield group.take(where), partial(self._dice, plan)

    def _dice(self, plan: dice_cells.Plan, part: Group, first: int, seeds: int) -> Samples:
        score = dice_cells.scores(
            part,
            self.schemes,
            plan,
            first=first,
            seeds=seeds,
            devices=self.devices,
        )
        kappa, labels, coverage = (
            np.asarray(leaf) for leaf in (settled(score), score.label_accuracy, score.coverage)
        )
        errors = log_errors(part.problem.law, kappa)
        return dict(zip(FIELDS, (kappa, errors, labels, coverage), strict=True))

    def _one_by_one(self, part: Group, first: int, seeds: int) -> Samples:
        numbers = jnp.arange(first, first + seeds)
        cells = []
        for key, problem in zip(part.keys, part.scalars(), strict=True):
            outcomes = self.run_many(
                problem,
                self.schemes,
                self.rounds,
                key=key,
                seeds=numbers,
                devices=self.devices,
            )
            found = [outcomes[scheme.name] for scheme in self.schemes]
            cells.append({name: _stack(found, name) for name in FIELDS})
        return {name: np.stack([cell[name] for cell in cells]) for name in FIELDS}


FIELDS = ("kappa", "log_error", "label_accuracy", "coverage")


def _stack(outcomes: list, name: str) -> np.ndarray:
    return np.stack([np.asarray(getattr(outcome, name)) for outcome in outcomes], axis=1)
