"""One writer a store: a lock that its process cannot outlive, and a name to know it by."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from relabel_lab.scan.store.refused import refused


class Lost(RuntimeError):
    """The store is no longer this scan's to write."""


class Ownership:
    """The hold on a store: the lock file of its own, and a line in ``owner`` that says whose.

    A lock guards its file, not the name: after the file is deleted another process can lock a new
    one.  So whoever takes the lock signs ``owner`` anew, and every commit looks whether both are
    still its own.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.lock, self.owner = folder / "lock", folder / "owner"
        self._sign = f"{os.getpid()} {uuid.uuid4().hex}\n"
        self._file = _identity(self.lock)
        self.owner.write_text(self._sign, encoding="ascii")

    def check(self) -> None:
        """Make sure that nobody else can be writing.

        Raises:
            Lost: when the store was moved or deleted, or its lock was.
        """
        if not self.folder.is_dir():
            raise Lost("the store was moved or deleted while the scan ran")
        if _text(self.owner) != self._sign:
            raise Lost(f"another scan ({_holder(self.owner)}) has taken over the store")
        if _identity(self.lock) != self._file:
            raise Lost("the store's lock was deleted while the scan ran")


@contextmanager
def writer_lock(folder: Path) -> Iterator[Ownership]:
    """Hold the lock of the hidden ``folder``; the system frees it when the holder ends.

    Raises:
        Refused: naming the process that holds it.
    """
    try:
        with FileLock(folder / "lock", timeout=0):
            yield Ownership(folder)
    except Timeout:
        words = f"free: another scan ({_holder(folder / 'owner')}) is writing to it"
        raise refused(folder.parent, words) from None


def _holder(owner: Path) -> str:
    return f"process {_text(owner).partition(' ')[0] or 'unknown'}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
