"""A scan's store: a Zarr group that xarray opens, beside a record of what is finished.

``DIR`` holds the group; ``DIR/.scan`` holds the lock, the configuration and the journal.
A block counts as finished only when the journal has its line and its chunks match the checksums
there: chunks on disk prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from relabel_lab.scan.config import Config
from relabel_lab.scan.store import skeleton
from relabel_lab.scan.store.checksums import sha256, write_manifest, wrong
from relabel_lab.scan.store.fingerprint import fingerprint
from relabel_lab.scan.store.frame import Frame, grid_frame
from relabel_lab.scan.store.journal import Entry, Journal
from relabel_lab.scan.store.lock import Lost, Ownership, writer_lock
from relabel_lab.scan.store.record import check_record, has_record, read_record, write_record
from relabel_lab.scan.store.refused import Exists, refused

Block = dict[str, np.ndarray]


@contextmanager
def open_store(
    path: str | Path,
    config: Config,
    *,
    resume: bool,
    frame: Frame | None = None,
    platform: str | None = None,
) -> Iterator[Store]:
    """Create the store, or take up an existing one; no other scan can, meanwhile.

    Args:
        path: its directory.
        config: the scan.
        resume: whether it may exist.
        frame: what it has room for; the cells of the grid by default.
        platform: kind of device that computes it, where that is known; its bits depend on it.

    Raises:
        Refused: when ``path`` exists without ``resume``, is something else, holds symbolic links
            or another configuration (the message shows the difference), was begun by other
            versions or settings, or another scan is writing to it.
    """
    root = Path(path)
    whole = grid_frame(config) if frame is None else frame
    try:
        _prepare(root, resume)
    except OSError as error:
        raise refused(root, f"a folder that can be written ({error})") from None
    with writer_lock(root / ".scan") as ownership:
        _refuse_links(root, whole)
        yield Store(root, config, whole, ownership, platform)


@contextmanager
def open_finished(
    path: str | Path, config: Config, *, frame: Frame | None = None
) -> Iterator[Store]:
    """Take up a store in which every block is whole.

    Raises:
        Refused: when it is another scan's or has unfinished blocks.
    """
    with open_store(path, config, resume=True, frame=frame) as store:
        if len(store.finished()) < store.layout.blocks:
            raise refused(path, "finished: it has unfinished blocks")
        yield store


def _prepare(root: Path, resume: bool) -> None:
    """Refuse what is not ours to write; make the directories and try to write there."""
    hidden = root / ".scan"
    if root.exists() and (not root.is_dir() or (any(root.iterdir()) and not hidden.is_dir())):
        raise refused(root, "the store of a scan, or not there yet")
    if hidden.exists() and not resume:
        raise Exists("store", str(root), "new unless it is resumed")
    if hidden.is_symlink():
        raise refused(root, "free of symbolic links: .scan is one")
    hidden.mkdir(parents=True, exist_ok=True)
    with open(hidden / "lock", "ab"):
        pass


def _refuse_links(root: Path, frame: Frame) -> None:
    """Nothing is written through a link, which may lead anywhere."""
    names = [*(v.name for v in frame.variables), *(name for name, _, _ in frame.coordinates)]
    folders = [root / name for name in names]
    for path in [*folders, *(root / ".scan").iterdir()]:
        if path.is_symlink():
            raise refused(root, f"free of symbolic links: {path.relative_to(root)} is one")


class Store:
    """An open store; use `open_store`, which holds the lock."""

    def __init__(
        self,
        root: Path,
        config: Config,
        frame: Frame,
        ownership: Ownership,
        platform: str | None = None,
    ):
        self.root = root
        self.config = config
        self.frame = frame
        self.layout = frame.layout
        self.ownership = ownership
        self.journal = Journal(root / ".scan" / "journal")
        self.record = self._record(platform)
        self._lay()
        self._drop_torn_files()
        group: Any = zarr.open_group(root, mode="r+", zarr_format=2, use_consolidated=False)
        whole = {"write_empty_chunks": True}  # every block has its file, also one of all NaN
        self.arrays = {v.name: group[v.name].with_config(whole) for v in frame.variables}

    def _record(self, platform: str | None) -> dict[str, Any]:
        """The configuration record: the existing one, checked, or a new one."""
        now = fingerprint(platform)
        if has_record(self.root):
            record = read_record(self.root)
            check_record(self.root, record, self.config, now)
            return record
        self.journal.path.unlink(missing_ok=True)  # cut short before anything was computed
        return write_record(self.root, self.config, now)

    def _lay(self) -> None:
        """Write all metadata anew, which also heals damaged metadata; chunks stay."""
        attributes = skeleton.attributes(self.record, self.journal.entries(), self.layout.blocks)
        write_manifest(self.root, skeleton.lay(self.root, self.frame, attributes))

    def finished(self) -> dict[int, Entry]:
        """Blocks that are whole: in the journal, and with the very bytes it vouches for."""
        return {
            block: entry
            for block, entry in self.journal.entries().items()
            if block < self.layout.blocks and self._is_whole(block, entry)
        }

    def _is_whole(self, block: int, entry: Entry) -> bool:
        """Whether the block's files match; damaged bytes never reach a decoder."""
        expected = {self._chunk(name, block) for name in self.arrays}
        return expected == set(entry.chunks) and not any(wrong(self.root, entry.chunks))

    def write(self, block: int, values: Block, *, seconds: float) -> Entry:
        """Write the block's whole chunks [C, ...], then its line in the journal.

        Raises:
            Lost: when the store or its lock is no longer this scan's; nothing is committed.
        """
        self.ownership.check()
        region, extent = self.layout.region(block), self.layout.extent(block)
        chunks = {}
        for name, array in self.arrays.items():
            shape = (*extent, *array.shape[len(extent) :])
            data = np.ascontiguousarray(values[name], array.dtype).reshape(shape)
            path = self._writable(name, block)
            path.unlink(missing_ok=True)  # never merged with an old one
            array[region] = data
            chunks[self._chunk(name, block)] = sha256(path.read_bytes())
        entry = Entry(
            block,
            chunks,
            cells=int(np.prod(extent)),
            seeds=int(np.sum(values["seeds"])),
            seconds=round(seconds, 3),
        )
        self.ownership.check()
        self.journal.append(entry)
        return entry

    def _writable(self, name: str, block: int) -> Path:
        path = self.root / self._chunk(name, block)
        if path.parent.is_symlink():
            raise Lost(f"{name} in the store became a symbolic link")
        return path

    def _chunk(self, name: str, block: int) -> str:
        """Path below the store of a variable's chunk for a block."""
        tail = len(self.arrays[name].shape) - len(self.layout.shape)
        key = ".".join(map(str, (*self.layout.position(block), *[0] * tail)))
        return f"{name}/{key or '0'}"

    def _drop_torn_files(self) -> None:
        """Remove what writes cut short left behind."""
        for variable in self.frame.variables:
            for partial in (self.root / variable.name).glob("*.partial"):
                partial.unlink()

    def read(self, name: str, region: tuple[slice, ...]) -> np.ndarray:
        """Values of one variable in a region of the grid."""
        return np.asarray(self.arrays[name][region])

    def complete(self) -> None:
        """Put the timings into the attributes once every block is finished."""
        self.ownership.check()
        self._lay()
