"""A grid of predictions alone: what a scan has beside its simulations, in seconds."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import jax
import numpy as np

from relabel_lab.scan.config import Config
from relabel_lab.scan.store import grid_frame
from relabel_lab.scan.work.groups import cell_keys, groups
from relabel_lab.scan.work.prediction import predictions
from relabel_lab.sim.kit import reject

MOST = 10**6
PART = 4096  # cells in memory at a time


def theory_map(config: Config) -> Any:
    """Predictions on the grid of a scan, as an `xarray.Dataset` laid out like its store.

    Args:
        config: of a scan; its seeds and engine are not used.

    Raises:
        ValueError: for more than a million cells.
    """
    import xarray as xr

    grid, run = config.grid, config.run
    if grid.cells > MOST:
        raise reject("number of cells", grid.cells, f"at most {MOST:,} in a map")
    found: dict[str, np.ndarray] = {}
    for low in range(0, grid.cells, PART):
        _fill(found, config, np.arange(low, min(low + PART, grid.cells)))
    dims = (*grid.names, "scheme", "round")
    shape = (*grid.shape, len(run.schemes), run.rounds + 1)
    told = {"config": json.dumps(config.plain()), "relabel-lab": version("relabel-lab")}
    return xr.Dataset(
        {name: (dims, values.reshape(shape)) for name, values in found.items()},
        {name: (along, values) for name, along, values in grid_frame(config).coordinates
         if name != "quantile"},
        {"kind": "theory map", **told},
    )  # fmt: skip


def _fill(found: dict[str, np.ndarray], config: Config, cells: np.ndarray) -> None:
    """Predictions at flat cell numbers ``cells``, into arrays over all cells."""
    keys = cell_keys(jax.random.key(0), cells)  # a group has some; predictions draw nothing
    for group in groups(config.grid.parameters(cells), keys):
        for name, values in predictions(group, config.run).items():
            if name not in found:
                found[name] = np.empty((config.grid.cells, *values.shape[1:]), values.dtype)
            found[name][cells[group.where]] = values
