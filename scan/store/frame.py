"""The shape of a store: dimensions, blocks, variables and coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from relabel_lab.scan.config import Config, Grid
from relabel_lab.scan.store.blocks import Blocks
from relabel_lab.scan.store.variables import Variable, variables

Coordinate = tuple[str, tuple[str, ...], np.ndarray]
MEMORY = 256 * 2**20  # bytes for the raw results of one block


@dataclass(frozen=True)
class Frame:
    """What a store has room for.

    Attributes:
        names: dimensions that are cut into blocks.
        layout: the blocks.
        variables: arrays over ``names`` and their own further dimensions.
        sizes: lengths of the further dimensions.
        coordinates: (name, dimensions, values) each.
    """

    names: tuple[str, ...]
    layout: Blocks
    variables: tuple[Variable, ...]
    sizes: dict[str, int]
    coordinates: tuple[Coordinate, ...]

    @property
    def cells(self) -> int:
        """Number of entries that the blocks divide among them."""
        return int(np.prod(self.layout.shape, dtype=np.int64))

    def tail(self, variable: Variable) -> tuple[int, ...]:
        """Lengths of the variable's further dimensions."""
        return tuple(self.sizes[name] for name in variable.tail)


def grid_frame(config: Config) -> Frame:
    """Cells of the grid."""
    grid, run = config.grid, config.run
    sizes = {"scheme": len(run.schemes), "round": run.rounds + 1, "quantile": len(run.quantiles)}
    further: list[Coordinate] = [("round", ("round",), np.arange(run.rounds + 1))]
    if run.quantiles:
        further.append(("quantile", ("quantile",), np.asarray(run.quantiles)))
    coordinates = (*coordinates_of(config, grid.names), *_derived(grid), *further)
    return Frame(grid.names, layout_of(config), tuple(variables(config)), sizes, coordinates)


def coordinates_of(config: Config, names: tuple[str, ...]) -> tuple[Coordinate, ...]:
    """Coordinates of the swept axes ``names``, of the fixed parameters, and of the schemes."""
    axes: list[Coordinate] = [
        (axis.name, (axis.name,) if axis.swept else (), np.asarray(axis.plain()))
        for axis in config.axes
        if axis.name in names or not axis.swept
    ]
    return (*axes, ("scheme", ("scheme",), np.asarray(config.run.schemes)))


def _derived(grid: Grid) -> list[Coordinate]:
    return [(name, dims, values) for name, (dims, values) in grid.derived().items()]


def layout_of(config: Config) -> Blocks:
    """Blocks of the wanted size, smaller where a cell's seeds would take too much memory."""
    most = max(1, MEMORY // config.cell_bytes)
    return Blocks(config.grid.shape, min(config.store.block, most))
