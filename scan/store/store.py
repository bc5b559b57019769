"""A scan's store: a Zarr group that xarray opens, beside a record of what is finished.

``DIR`` holds the group; ``DIR/.scan`` holds the lock, the configuration and the journal.
A block counts as finished only when the journal has its line and its chunks match the digest
there: chunks on disk prove nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from relabel_lab.scan.config import Config
from relabel_lab.scan.store import skeleton
from relabel_lab.scan.store.frame import Frame, grid_frame
from relabel_lab.scan.store.journal import Entry, Journal
from relabel_lab.scan.store.lock import writer_lock

Block = dict[str, np.ndarray]


class Refused(ValueError):
    """The store cannot be used for this scan."""


@contextmanager
def open_store(
    path: str | Path, config: Config, *, resume: bool, frame: Frame | None = None
) -> Iterator[Store]:
    """Create the store, or take up an existing one; no other scan can, meanwhile.

    Args:
        path: its directory.
        config: the scan.
        resume: whether it may exist.
        frame: what it has room for; the cells of the grid by default.

    Raises:
        Refused: when ``path`` exists without ``resume``, is something else, or holds another
            configuration; the message shows the difference.
        Locked: when another scan is writing to it.
    """
    root = Path(path)
    try:
        _prepare(root, resume)
    except OSError as error:
        raise Refused(f"--store {root} is not allowed: cannot write there ({error})") from None
    with writer_lock(root / ".scan" / "lock"):
        yield Store(root, config, grid_frame(config) if frame is None else frame)


@contextmanager
def open_finished(path: str | Path, config: Config) -> Iterator[Store]:
    """Take up a store in which every block is whole.

    Raises:
        Refused: when it is another scan's or has unfinished blocks.
    """
    with open_store(path, config, resume=True) as store:
        if len(store.finished()) < store.layout.blocks:
            raise Refused(f"--store {path} is not allowed: it has unfinished blocks")
        yield store


def _prepare(root: Path, resume: bool) -> None:
    """Refuse what is not ours to write; make the directories and try to write there."""
    hidden = root / ".scan"
    if root.exists() and (not root.is_dir() or (any(root.iterdir()) and not hidden.is_dir())):
        raise Refused(f"--store {root} is not allowed: it exists and is not the store of a scan")
    if hidden.exists() and not resume:
        raise Refused(
            f"--store {root} is not allowed: it exists; continue it with --resume, or choose "
            "another directory"
        )
    hidden.mkdir(parents=True, exist_ok=True)
    with open(hidden / "lock", "ab"):
        pass


class Store:
    """An open store; use `open_store`, which holds the lock."""

    def __init__(self, root: Path, config: Config, frame: Frame):
        self.root = root
        self.config = config
        self.frame = frame
        self.layout = frame.layout
        self.journal = Journal(root / ".scan" / "journal")
        self.record = self._record()
        self._lay(self.journal.entries())
        _drop_torn_files(root)
        group = zarr.open_group(root, mode="r+", zarr_format=2, use_consolidated=False)
        self.arrays: dict[str, Any] = {v.name: group[v.name] for v in frame.variables}

    def _record(self) -> dict[str, Any]:
        """The configuration record: the existing one, checked, or a new one."""
        path = self.root / ".scan" / "config.json"
        if not path.exists():  # new, or cut short before anything was computed
            self.journal.path.unlink(missing_ok=True)
            record = {"config": self.config.plain(), "versions": skeleton.versions()}
            write_atomically(path, json.dumps(record, indent=1))
            return record
        try:
            record = json.loads(path.read_text())
        except ValueError:
            raise Refused(
                f"--store {self.root} is not allowed: the record of its configuration cannot be "
                "read; scan into another directory"
            ) from None
        difference = list(differences(record["config"], self.config.plain()))
        if difference:
            raise Refused(
                f"--store {self.root} is not allowed: it holds another configuration: "
                + "; ".join(difference)
            )
        self._check_versions(record["versions"])
        return record

    def _check_versions(self, then: dict[str, str]) -> None:
        now = skeleton.versions()
        changed = [
            f"{name} {then[name]} then, {now[name]} now"
            for name in skeleton.DECISIVE
            if then[name] != now[name]
        ]
        if changed:
            raise Refused(
                f"--store {self.root} is not allowed: other versions would change its bits: "
                + "; ".join(changed)
            )

    def _lay(self, entries: dict[int, Entry]) -> None:
        """Write all metadata anew, which also heals damaged metadata; chunks stay."""
        attributes = skeleton.attributes(self.record, entries)
        skeleton.lay(self.root, self.frame, attributes)

    def finished(self) -> dict[int, Entry]:
        """Blocks that are whole: in the journal, and with the very bytes it vouches for."""
        return {
            block: entry
            for block, entry in self.journal.entries().items()
            if block < self.layout.blocks and self._digest(block) == entry.digest
        }

    def _digest(self, block: int) -> str:
        """SHA-256 of the block's chunk files; damaged bytes never reach a decoder."""
        state = hashlib.sha256()
        for name in sorted(self.arrays):
            try:
                data = self._chunk_path(name, block).read_bytes()
            except FileNotFoundError:
                return "a chunk is missing"
            state.update(f"{name} {len(data)} ".encode())
            state.update(data)
        return state.hexdigest()

    def write(self, block: int, values: Block, *, seconds: float) -> Entry:
        """Write the block's whole chunks [C, ...], then its line in the journal."""
        region, extent = self.layout.region(block), self.layout.extent(block)
        shaped = {
            name: np.ascontiguousarray(values[name], "<f8").reshape(
                *extent, *array.shape[len(extent) :]
            )
            for name, array in self.arrays.items()
        }
        for name, array in self.arrays.items():
            self._chunk_path(name, block).unlink(missing_ok=True)  # never merged with an old one
            array[region] = shaped[name]
        entry = Entry(
            block,
            self._digest(block),
            cells=int(np.prod(extent)),
            seeds=int(shaped["seeds"].sum()),
            seconds=round(seconds, 3),
        )
        self.journal.append(entry)
        return entry

    def _chunk_path(self, name: str, block: int) -> Path:
        tail = len(self.arrays[name].shape) - len(self.layout.shape)
        key = ".".join(map(str, (*self.layout.position(block), *[0] * tail)))
        return self.root / name / (key or "0")

    def read(self, name: str, region: tuple[slice, ...]) -> np.ndarray:
        """Values of one variable in a region of the grid."""
        return np.asarray(self.arrays[name][region])

    def complete(self) -> None:
        """Put the timings into the attributes once every block is finished."""
        self._lay(self.journal.entries())


def differences(old: Any, new: Any, where: str = "") -> Iterator[str]:
    """What differs between two configurations, one short phrase each."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            place = f"{where}.{key}" if where else key
            yield from differences(old.get(key), new.get(key), place)
    elif old != new:
        yield f"{where} is {_short(old)} in the store, {_short(new)} in the config"


def _short(value: Any) -> str:
    text = "not given" if value is None else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def write_atomically(path: Path, text: str) -> None:
    """Replace the file at once, so that a reader sees the old or the new text, never half."""
    partial = path.with_name(f"{path.name}.partial")
    with open(partial, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _drop_torn_files(root: Path) -> None:
    """Remove what writes cut short left behind."""
    for partial in root.glob("*/*.partial"):
        partial.unlink()
