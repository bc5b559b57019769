"""The rows of a run in one file of its folder; another run's folder is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from relabel_lab.experiments.records import Record, read_records, write_records
from relabel_lab.experiments.runs.cells import Cell, Noise
from relabel_lab.sim.kit import reject

ROWS = "rows.jsonl"


class Store:
    """Rows by (noise, seed, arm); the file is rewritten whole with each cell."""

    def __init__(self, out: Path, run: dict[str, Any]):
        self.path, self.run = out / ROWS, run
        self.rows: dict[tuple[str, int, str], Record] = {}
        if self.path.exists():
            self._open(out)

    def has(self, cell: Cell) -> bool:
        """Whether every row of the cell is there."""
        return all((str(cell.noise), seed, cell.arm) in self.rows for seed in cell.seeds)

    def find(self, noise: Noise, seed: int, arm: str) -> Record | None:
        """One row, if it is there."""
        return self.rows.get((str(noise), seed, arm))

    def add(self, records: Sequence[Record]) -> None:
        """Rows of one cell; the file then holds them."""
        self.rows.update({_place(record): record for record in records})
        write_records(self.path, self.run, self.records())

    def records(self) -> list[Record]:
        """All rows, in the order of noise, seed and then as they came."""
        return sorted(self.rows.values(), key=lambda row: (row.noise, row.epsilon or 0.0, row.seed))

    def _open(self, out: Path) -> None:
        run, records = read_records(self.path)
        if run != self.run:
            differs = [name for name in {**run, **self.run} if run.get(name) != self.run.get(name)]
            allowed = f"empty or the folder of this run, which differs in {', '.join(differs)}"
            raise reject("out", out, allowed)
        self.rows = {_place(record): record for record in records}


def _place(record: Record) -> tuple[str, int, str]:
    return str(Noise(record.noise, record.epsilon)), record.seed, record.arm
