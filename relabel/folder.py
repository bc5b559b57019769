"""Folders that a command writes into: refused before anything is computed, not after."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from relabel_lab.relabel.errors import bad_value

ALLOWED = "a folder that can be written, or a path where one can be made"


def check_writable(option: str, path: Path) -> None:
    """Try to write a file in the folder ``path``, leaving nothing behind.

    Raises:
        UsageError: naming the option where the folder is a file or a dangling link, cannot be made,
            or cannot be written.
    """
    try:
        with _made(path):
            tempfile.TemporaryFile(dir=path).close()
    except (OSError, ValueError) as error:  # the last for a path with a zero byte
        raise bad_value(option, path, f"{ALLOWED} ({_reason(error)})") from None


def _reason(error: Exception) -> str:
    if isinstance(error, FileExistsError):
        return "a file or a broken link is in the way"
    return getattr(error, "strerror", None) or str(error)


@contextmanager
def _made(path: Path) -> Iterator[None]:
    """The folder and those above it, of which the missing ones are removed again."""
    made: list[Path] = []
    try:
        for folder in _missing(path):
            folder.mkdir()
            made.append(folder)
        yield
    finally:
        for folder in reversed(made):
            folder.rmdir()


def _missing(path: Path) -> list[Path]:
    """Folders to be made, the outermost first; refuses what is there and is no folder."""
    missing: list[Path] = []
    for folder in (path, *path.parents):
        if folder.is_dir():
            return missing[::-1]
        missing.append(folder)
    return missing[::-1]
