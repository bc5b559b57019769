"""SHA-256 of a store's files, and what is wrong with those on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from relabel_lab.scan.store.record import write_atomically

MANIFEST = ".scan/metadata.json"
"""Checksums of the metadata and coordinates, which have no line in the journal."""


def sha256(data: bytes) -> str:
    """Hexadecimal digest."""
    return hashlib.sha256(data).hexdigest()


def write_manifest(root: Path, files: Mapping[str, bytes]) -> None:
    """Record the metadata just written."""
    sums = {name: sha256(data) for name, data in files.items()}
    text = json.dumps({"files": sums, "sha256": sha256(json.dumps(sums).encode())}, indent=1)
    write_atomically(root / MANIFEST, text.encode())


def read_manifest(root: Path) -> dict[str, str] | None:
    """Checksums by path below the store, or None where they are damaged or missing."""
    try:
        told = json.loads((root / MANIFEST).read_bytes())
        sums = told["files"]
        return sums if told["sha256"] == sha256(json.dumps(sums).encode()) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def wrong(root: Path, sums: Mapping[str, str]) -> Iterator[str]:
    """Paths below the store whose files are not what ``sums`` says, each with what they are."""
    for name, digest in sums.items():
        path = root / name
        try:
            if path.is_symlink() or path.parent.is_symlink():
                yield f"{name} is reached by a symbolic link"
            elif sha256(path.read_bytes()) != digest:
                yield f"{name} is damaged"
        except FileNotFoundError:
            yield f"{name} is missing"
        except OSError as error:
            yield f"{name} cannot be read ({error.strerror})"
