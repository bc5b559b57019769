"""The record of finished blocks: one checked line each, on disk before it counts."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """A finished block.

    Attributes:
        block: block number.
        chunks: SHA-256 of each of its chunk files, by path below the store.
        cells: number of cells.
        seeds: seeds simulated, over all cells.
        seconds: time the computation took.
    """

    block: int
    chunks: dict[str, str]
    cells: int
    seeds: int
    seconds: float


class Journal:
    """Append-only file of entries; a torn or damaged line is ignored and cut off the end."""

    def __init__(self, path: Path):
        self.path = path

    def entries(self) -> dict[int, Entry]:
        """The last good entry of every block."""
        return {entry.block: entry for entry in self._good()}

    def _good(self) -> Iterator[Entry]:
        if self.path.exists():
            for line in self.path.read_bytes().splitlines():
                entry = _decode(line)
                if entry is not None:
                    yield entry

    def append(self, entry: Entry) -> None:
        """Write ``entry`` and wait until it is on disk."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            size = os.lseek(descriptor, 0, os.SEEK_END)
            torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            _write_all(descriptor, (b"\n" if torn else b"") + _encode(entry))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _encode(entry: Entry) -> bytes:
    text = json.dumps(asdict(entry)).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _decode(line: bytes) -> Entry | None:
    check, _, text = line.partition(b" ")
    if check != b"%08x" % zlib.crc32(text):
        return None
    try:
        return Entry(**json.loads(text))
    except (TypeError, ValueError):  # whole, but written by another version
        return None


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
