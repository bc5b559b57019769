"""Cells of a block that one compiled program can serve, as one stacked `Problem` each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import jax
import numpy as np

from relabel_lab.scan.config import TEXTS, chosen_cells, scalar, stacked
from relabel_lab.sim import Problem
from relabel_lab.sim.seeds import cell_key


@dataclass(frozen=True)
class Group:
    """Problems of one structure.

    Attributes:
        problem: fields [C] (spectrum [C, d - 1]; the numbers of a kind of noise are scalars).
        keys: the cells' keys [C].
        where: positions [C] of the cells in the block.
    """

    problem: Problem
    keys: jax.Array
    where: np.ndarray

    def take(self, chosen: np.ndarray) -> Group:
        """The sub-group at positions ``chosen`` of this group."""
        return Group(chosen_cells(self.problem, chosen), self.keys[chosen], self.where[chosen])

    def scalars(self) -> Iterator[Problem]:
        """The problems one by one."""
        for i in range(len(self.where)):
            yield scalar(self.problem, i)


def cell_keys(root: jax.Array, cells: np.ndarray) -> jax.Array:
    """Keys [C] of the cells numbered ``cells`` [C]."""
    return jax.vmap(lambda cell: cell_key(root, cell))(np.asarray(cells))


def groups(parameters: Mapping[str, np.ndarray], keys: jax.Array) -> Iterator[Group]:
    """Split cells, parameters [C] and keys [C], by margin law, noise and shape of the spectrum.

    Cells with a spectrum share a program only when their d is the same.
    """
    rank = np.where(parameters["spectrum"] == "isotropic", 0, parameters["d"])
    kinds = list(zip(*(parameters[name] for name in TEXTS), rank, strict=True))
    for kind in dict.fromkeys(kinds):
        where = np.array([i for i, other in enumerate(kinds) if other == kind])
        chosen = {name: values[where] for name, values in parameters.items()}
        yield Group(stacked(chosen), keys[where], where)
