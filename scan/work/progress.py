"""A progress bar: cells, seeds a second, time left, share improved so far."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from tqdm import tqdm

from relabel_lab.scan.store import Block, Entry, Store
from relabel_lab.scan.work.runner import Watcher


class Progress(Watcher):
    """Shows the progress of a scan on standard error."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._start = 0.0
        self._seeds = 0
        self._better = self._judged = 0.0

    def start(self, store: Store, kept: dict[int, Entry]) -> None:
        """Open the bar at the cells that were found whole."""
        self._start = time.perf_counter()
        done = sum(entry.cells for entry in kept.values())
        self._bar = tqdm(total=store.frame.cells, initial=done, unit="cell", desc="scan")

    def block(self, entry: Entry, values: Block) -> None:
        """Move on by a block."""
        self._seeds += entry.seeds
        rate = self._seeds / (time.perf_counter() - self._start)
        told = {"seeds/s": f"{rate:.3g}"}
        if "improved" in values:
            last = values["improved"][..., -1]
            self._better += float(np.sum(last))
            self._judged += last.size
            told["improved"] = f"{self._better / self._judged:.1%}"
        self._bar.set_postfix(told, refresh=False)
        self._bar.update(entry.cells)

    def close(self) -> None:
        """Leave the last state on the screen."""
        if self._bar is not None:
            self._bar.close()
