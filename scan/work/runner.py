"""Run a scan: what is left to do, one block after another, each on disk before the next counts."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from relabel_lab.scan.config import Config
from relabel_lab.scan.store import Block, Entry, Frame, Lost, Store, open_store

Simulate = Callable[[int], Block]
Execute = Callable[[Iterable[int]], Iterator[tuple[int, Block, float]]]


class Failed(RuntimeError):
    """The work failed; what was finished is safe, and resuming goes on from there."""


@dataclass(frozen=True)
class Summary:
    """What a call of `run_scan` did.

    Attributes:
        cells: cells of the grid.
        blocks: blocks of the grid.
        kept: blocks found whole in the store.
        done: blocks computed now.
        seeds: seeds behind all blocks.
        seconds: wall-clock time of this call.
    """

    cells: int
    blocks: int
    kept: int
    done: int
    seeds: int
    seconds: float


class Watcher:
    """Told of progress; does nothing by itself."""

    def start(self, store: Store, kept: dict[int, Entry]) -> None:
        """The scan is about to compute what is left."""

    def block(self, entry: Entry, values: Block) -> None:
        """A block is safe on disk."""

    def close(self) -> None:
        """The scan is over, however it ended."""


def locally(simulate: Simulate) -> Execute:
    """Compute blocks in this process, in order."""

    def execute(blocks: Iterable[int]) -> Iterator[tuple[int, Block, float]]:
        for block in blocks:
            start = time.perf_counter()
            values = simulate(block)
            yield block, values, time.perf_counter() - start

    return execute


def run_scan(
    config: Config,
    path: str | Path,
    execute: Execute,
    *,
    resume: bool = False,
    watcher: Watcher | None = None,
    frame: Frame | None = None,
    platform: str | None = None,
) -> Summary:
    """Compute every block that the store does not hold whole.

    Args:
        config: the scan.
        path: directory of the store.
        execute: computes blocks, in any order; see `locally`.
        resume: go on with an existing store.
        watcher: told of progress.
        frame: what the store has room for; the cells of the grid by default.
        platform: kind of device that computes, where it is known.

    Raises:
        Refused: see `open_store`.
        Failed: when writing fails; resuming goes on from the finished blocks.
    """
    started = time.perf_counter()
    watcher = watcher or Watcher()
    try:
        with (
            _clear_failures(path),
            open_store(path, config, resume=resume, frame=frame, platform=platform) as store,
        ):
            kept = store.finished()
            watcher.start(store, kept)
            done = _compute(store, execute, kept, watcher)
            store.complete()
    finally:
        watcher.close()
    seconds = time.perf_counter() - started
    seeds = sum(entry.seeds for entry in (*kept.values(), *done))
    return Summary(
        store.frame.cells, store.layout.blocks, len(kept), len(done), seeds, round(seconds, 3)
    )


def _compute(
    store: Store, execute: Execute, kept: dict[int, Entry], watcher: Watcher
) -> list[Entry]:
    left = (block for block in range(store.layout.blocks) if block not in kept)
    done = []
    for block, values, seconds in execute(left):
        entry = store.write(block, values, seconds=seconds)
        done.append(entry)
        watcher.block(entry, values)
    return done


@contextmanager
def _clear_failures(path: str | Path) -> Iterator[None]:
    """Turn the failures of a disk, and of a store taken away, into one clear line."""
    try:
        yield
    except Lost as error:
        raise Failed(f"cannot write to {path}: {error}") from error
    except OSError as error:
        if error.errno in GONE and not (Path(path) / ".scan").is_dir():
            raise Failed(f"cannot write to {path}: it was moved or deleted") from error
        if error.errno not in DISK:
            raise
        raise Failed(f"cannot write to {path}: {error.strerror}") from error


GONE = (errno.ENOENT, errno.ENOTDIR, errno.ESTALE)
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EACCES, *GONE)
