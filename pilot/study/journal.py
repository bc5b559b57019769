"""Finished cells of a study, one JSON line each; a study that was killed goes on where it was."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


class Journal:
    """Append-only file of ``{"cell": name, …}``; a torn last line is dropped and overwritten."""

    def __init__(self, path: Path):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def cells(self) -> dict[str, dict[str, Any]]:
        """Finished cells by name, in the order they were finished."""
        if not self.path.exists():
            return {}
        lines = self.path.read_text().split("\n")
        return {cell["cell"]: cell for line in lines if (cell := _read(line)) is not None}

    def append(self, cell: dict[str, Any]) -> None:
        """Write one finished cell and wait until it is on disk."""
        with self.path.open("a+b") as file:
            file.seek(0, os.SEEK_END)
            torn = file.tell() > 0 and not self._ends_a_line()
            file.write(b"\n" * torn + json.dumps(cell, allow_nan=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _ends_a_line(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"


def run_missing(
    journal: Journal,
    names: Iterable[str],
    work: Callable[[str], dict[str, Any]],
    step: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, dict[str, Any]]:
    """Do the cells that the journal lacks and return all of them."""
    names = list(names)
    done = journal.cells()
    for count, name in enumerate(names, 1):
        if name not in done:
            done[name] = {"cell": name, **work(name)}
            journal.append(done[name])
        step(count, len(names))
    return {name: done[name] for name in names}


def _read(line: str) -> dict[str, Any] | None:
    try:
        cell = json.loads(line)
    except ValueError:
        return None
    return cell if isinstance(cell, dict) and "cell" in cell else None
