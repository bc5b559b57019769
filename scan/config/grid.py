"""The grid of cells: numbering, the parameters of each cell, and derived parameters."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np

from relabel_lab.scan.config.document import Config
from relabel_lab.scan.config.parameters import SOURCES, complete
from relabel_lab.sim.kit import reject


class Grid:
    """Cells in row-major order over the swept axes of ``config``.

    Raises:
        ValueError: when a derived parameter (say d from n and alpha) is unusable somewhere.
    """

    def __init__(self, config: Config):
        self.config = config
        self.names = tuple(axis.name for axis in config.swept)
        self.shape = tuple(len(axis.values) for axis in config.swept)
        self.cells = math.prod(self.shape)
        self._check()

    @cached_property
    def _values(self) -> dict[str, np.ndarray]:
        return {axis.name: np.asarray(axis.values) for axis in self.config.axes}

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
        for name in SOURCES:
            if self.config.axis(name) is None:
                dims = tuple(axis for axis in self.names if axis in SOURCES[name])
                result[name] = (dims, self._over(dims, name))
        return result

    def _over(self, dims: tuple[str, ...], name: str) -> np.ndarray:
        """Parameter ``name`` over the axes ``dims``, the other axes at their first value."""
        mesh = np.meshgrid(*(self._values[dim] for dim in dims), indexing="ij")
        shape = mesh[0].shape if dims else ()
        given = {key: np.broadcast_to(values[0], shape) for key, values in self._values.items()}
        return complete({**given, **dict(zip(dims, mesh, strict=True))})[name]

    def _check(self) -> None:
        for name in ("n", "d"):
            dims = tuple(axis for axis in self.names if axis in ("n", "d", "alpha"))
            values = self._over(dims, name)
            if (values < 2).any():
                raise reject(
                    f"{name} from the other axes", values.min(), "at least 2 everywhere on the grid"
                )
