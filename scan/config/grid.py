"""The grid of cells: numbering, the parameters of each cell, and derived parameters."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from relabel_lab.scan.config.axes import Axis
from relabel_lab.scan.config.entries import LARGEST, LEAST_SCALE, MOST_SCALE
from relabel_lab.scan.config.parameters import SOURCES, complete, derivable
from relabel_lab.sim.kit import reject

CELLS = 2**32
"""Cells that keys tell apart: a cell's number is folded into its key as 32 bits."""


class Grid:
    """Cells in row-major order over the swept ones of ``axes``.

    Attributes:
        axes: all of them.
        names, shape: of the swept axes.
        cells: number of cells.
    """

    def __init__(self, axes: tuple[Axis, ...]):
        swept = [axis for axis in axes if axis.swept]
        self.axes = axes
        self.names = tuple(axis.name for axis in swept)
        self.shape = tuple(len(axis.values) for axis in swept)
        self.cells = math.prod(self.shape)

    @cached_property
    def _values(self) -> dict[str, np.ndarray]:
        return {axis.name: np.asarray(axis.values) for axis in self.axes}

    def given(self, cells: np.ndarray) -> dict[str, np.ndarray]:
        """The axes' own values at flat cell numbers [C]: arrays [C]."""
        places = np.unravel_index(cells, self.shape) if self.shape else ()
        index = dict(zip(self.names, places, strict=True))
        return {
            name: values[index[name]] if name in index else np.broadcast_to(values, cells.shape)
            for name, values in self._values.items()
        }

    def parameters(self, cells: np.ndarray) -> dict[str, np.ndarray]:
        """Every parameter of the problems at flat cell numbers [C], derived ones included."""
        return complete(self.given(cells))

    def sizes(self) -> np.ndarray:
        """Every n of the grid."""
        dims = tuple(axis for axis in self.names if axis in ("n", "d", "alpha"))
        return np.unique(self._over(dims, "n"))

    def derived(self) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
        """Derived parameters as (dimensions, values), over the axes they depend on alone."""
        result = {}
        for name in derivable(self._values):
            dims = tuple(axis for axis in self.names if axis in SOURCES[name])
            result[name] = (dims, self._over(dims, name))
        return result

    def _over(self, dims: tuple[str, ...], name: str) -> np.ndarray:
        """Parameter ``name`` over the axes ``dims``, the other axes at their first value."""
        mesh = np.meshgrid(*(self._values[dim] for dim in dims), indexing="ij")
        shape = mesh[0].shape if dims else ()
        given = {key: np.broadcast_to(values[0], shape) for key, values in self._values.items()}
        return complete({**given, **dict(zip(dims, mesh, strict=True))})[name]

    def check(self) -> None:
        """Refuse a grid too large, or with unusable derived parameters somewhere.

        Raises:
            ValueError: naming the parameter and a value of it.
        """
        if self.cells >= CELLS:
            raise reject("number of cells", self.cells, "below 2^32")
        for name, (_, values) in self.derived().items():
            usable, words = _usable(name, values)
            if not usable.all():
                bad = values[~usable].flat[0]
                raise reject(f"{name} from the other axes", bad, f"{words} everywhere on the grid")


def _usable(name: str, values: np.ndarray) -> tuple[np.ndarray, str]:
    """Which values of a derived parameter are allowed, and in words."""
    if name in ("n", "d"):
        return (values >= 2) & (values <= LARGEST), "at least 2 and at most 2^53"
    if name == "p":
        return values < 0.5, "below 0.5"
    if name in ("gamma", "sigma"):
        return (values > LEAST_SCALE) & (values < MOST_SCALE), "> 1e-70 and < 1e+70"
    return (values > 0) & np.isfinite(values), "finite and > 0"
