"""One block: simulate its cells and put the theory beside them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import jax
import numpy as np

from relabel_lab.scan.config import Config
from relabel_lab.scan.statistics import Samples, summarise
from relabel_lab.scan.store import layout_of
from relabel_lab.scan.work.adaptive import sequential
from relabel_lab.scan.work.engines import Engine
from relabel_lab.scan.work.groups import Group, cell_keys, groups
from relabel_lab.scan.work.prediction import predictions


def root_key(config: Config) -> jax.Array:
    """The root of all randomness of a scan; the cell's number is folded into it."""
    return jax.random.key(config.run.seed)


class BlockWork:
    """Computes blocks of ``config``; the result depends on the block's number alone.

    Args:
        config: the scan.
        devices: devices to share the seeds; all local ones by default.
    """

    def __init__(self, config: Config, devices: tuple[jax.Device, ...] | None = None):
        self.config = config
        self.grid = config.grid
        self.layout = layout_of(config)
        run = config.run
        self.engine = Engine(run.engine, run.schemes, run.rounds, self.grid.sizes(), devices)

    def __call__(self, block: int) -> Samples:
        """All variables of the block, arrays [C, ...]."""
        cells = self.layout.cells(block)
        keys = cell_keys(root_key(self.config), cells)
        return self.cells(self.grid.parameters(cells), keys)

    def cells(self, parameters: dict[str, np.ndarray], keys: jax.Array) -> Samples:
        """All variables of any cells: parameters [C], keys [C]."""
        result: Samples = {}
        for group in groups(parameters, keys):
            values = {**self.simulate(group), **predictions(group, self.config.run)}
            for name, value in values.items():
                shape = (len(keys), *value.shape[1:])
                result.setdefault(name, np.empty(shape, value.dtype))[group.where] = value
        return result

    def simulate(self, group: Group) -> Samples:
        """Statistics over the seeds of one group of cells."""
        run, rule = self.config.run, self.config.adaptive
        if rule is None:
            return self._uniform(group, int(run.seeds))
        return sequential(
            lambda chosen, first, seeds: self.engine.draw(group.take(chosen), first, seeds),
            len(group.where),
            run,
            rule,
        )

    def _uniform(self, group: Group, seeds: int) -> Samples:
        """In slices of cells whose raw results fit in cache and memory."""
        run = self.config.run
        size = max(1, SLICE // (seeds * len(run.schemes) * (run.rounds + 1)))
        slices = [
            np.arange(low, min(low + size, len(group.where)))
            for low in range(0, len(group.where), size)
        ]
        with ThreadPoolExecutor(1) as beside:  # statistics while the engine draws the next slice
            futures = [
                beside.submit(summarise, self.engine.draw(group.take(chosen), 0, seeds), run)
                for chosen in slices
            ]
        pieces = [future.result() for future in futures]
        return {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}


SLICE = 1 << 18  # numbers of one quantity in a slice
