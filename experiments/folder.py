"""The folder of a run: cells that are done stay done, and a folder serves one run alone.

``run.json`` says what the numbers depend on; another run is refused.  Every finished cell is a
file of records in ``cells/``; ``records.jsonl`` joins them.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from relabel_lab.experiments.records import Record, join_records, rounded, write_records
from relabel_lab.sim.kit import reject, write_whole


class RunFolder:
    """A folder of finished cells of one run.

    Attributes:
        path: the folder.
        run: what its numbers depend on (experiment, preset, settings, data, versions).
    """

    def __init__(self, path: Path, run: dict[str, Any]) -> None:
        """Open the folder, or make it.

        Raises:
            ValueError: if it is a file, not empty and no run, or the folder of another run.
        """
        self.path, self.run = path, run
        mark = path / "run.json"
        if path.exists() and not path.is_dir():
            raise reject("out", path, "a folder, or a path where one can be made")
        if mark.exists():
            _same(mark, run)
        elif path.exists() and any(path.iterdir()):
            raise reject("out", path, "an empty folder or one of the same run")
        else:
            write_whole(mark, (json.dumps(run, indent=1) + "\n").encode())

    def cell(self, name: str, work: Callable[[], list[Record]]) -> list[Record]:
        """Records of a cell, computed unless its file is there."""
        path = self.path / "cells" / f"{name}.jsonl"
        if path.exists():
            return join_records([path])
        records = work()
        write_records(path, self.run, records)
        return records

    def once(self, name: str, work: Callable[[], Any]) -> Path:
        """A JSON file, computed unless it is there."""
        path = self.path / name
        if not path.exists():
            write_whole(path, (json.dumps(rounded(work())) + "\n").encode())
        return path

    def join(self) -> Path:
        """One file of all finished cells, in the order of their names."""
        paths = sorted((self.path / "cells").glob("*.jsonl"))
        joined = self.path / "records.jsonl"
        write_records(joined, self.run, join_records(paths))
        return joined


def _same(mark: Path, run: dict[str, Any]) -> None:
    try:
        found = json.loads(mark.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise reject("out", mark.parent, "a folder whose run.json can be read") from None
    wanted = json.loads(json.dumps(run))
    different = [name for name in sorted({*found, *wanted}) if found.get(name) != wanted.get(name)]
    if different:
        where = f"{mark.parent}, folder of a run of other {', '.join(different)}"
        raise reject("out", where, "an empty folder or one of the same run")
