"""One writer a store: a lock that its process cannot outlive."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Locked(ValueError):
    """Another scan is writing to the store."""


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; the kernel frees it when the holder ends, however it ends.

    Raises:
        Locked: naming the process that holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 100).decode(errors="replace").strip() or "unknown"
            raise Locked(
                f"--store {path.parent.parent} is not allowed: another scan (process {holder}) "
                "is writing to it"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
