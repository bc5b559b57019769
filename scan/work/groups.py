"""Cells of a block that one compiled program can serve, as one stacked `Problem` each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from relabel_lab.scan.config import spectrum_exponent
from relabel_lab.sim import Problem, power_spectrum
from relabel_lab.sim.seeds import cell_key


@dataclass(frozen=True)
class Group:
    """Problems of one structure.

    Attributes:
        problem: fields [C] (spectrum [C, d - 1]).
        keys: the cells' keys [C].
        where: positions [C] of the cells in the block.
    """

    problem: Problem
    keys: jax.Array
    where: np.ndarray

    def take(self, chosen: np.ndarray) -> Group:
        """The sub-group at positions ``chosen`` of this group."""
        problem = jax.tree.map(lambda leaf: leaf[chosen], self.problem)
        return Group(problem, self.keys[chosen], self.where[chosen])

    def scalars(self) -> Iterator[Problem]:
        """The problems one by one."""
        for i in range(len(self.where)):
            yield jax.tree.map(lambda leaf, i=i: _plain(leaf[i]), self.problem)


def cell_keys(root: jax.Array, cells: np.ndarray) -> jax.Array:
    """Keys [C] of the cells numbered ``cells`` [C]."""
    return jax.vmap(lambda cell: cell_key(root, cell))(np.asarray(cells))


def groups(parameters: Mapping[str, np.ndarray], keys: jax.Array) -> Iterator[Group]:
    """Split cells, parameters [C] and keys [C], by margin law and shape of the spectrum.

    Cells with a spectrum share a program only when their d is the same.
    """
    rank = np.where(parameters["spectrum"] == "isotropic", 0, parameters["d"])
    kinds = list(zip(parameters["margin"], parameters["spectrum"], rank, strict=True))
    for kind in dict.fromkeys(kinds):
        where = np.array([i for i, other in enumerate(kinds) if other == kind])
        yield Group(_stacked(parameters, where), keys[where], where)


def _stacked(parameters: Mapping[str, np.ndarray], where: np.ndarray) -> Problem:
    field = {name: parameters[name][where] for name in ("n", "d", "p", "gamma", "sigma")}
    spectrum = _spectrum(str(parameters["spectrum"][where[0]]), field)
    problem = Problem(**field, margin=str(parameters["margin"][where[0]]), spectrum=spectrum)
    return jax.tree.map(lambda leaf: _along_cells(leaf, len(where)), problem)


def _spectrum(name: str, field: Mapping[str, np.ndarray]) -> np.ndarray | None:
    exponent = spectrum_exponent(name)
    if exponent is None:
        return None
    shape = np.asarray(power_spectrum(int(field["d"][0]), exponent))
    return shape * field["sigma"][:, None] ** 2


def _plain(leaf: np.ndarray) -> Any:
    return leaf if leaf.ndim else leaf.item()


def _along_cells(leaf: Any, cells: int) -> np.ndarray:
    array = np.asarray(leaf)
    return array if array.ndim else np.broadcast_to(array, (cells,)).copy()
