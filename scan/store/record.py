"""The hidden record of a store: its configuration and what else decides its bits, checked."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from relabel_lab.scan.config import Config
from relabel_lab.scan.store.fingerprint import Fingerprint, changes
from relabel_lab.scan.store.refused import refused

Record = dict[str, Any]


def read_record(root: Path) -> Record:
    """The record of the store at ``root``.

    Raises:
        Refused: when there is none, or it is damaged.
    """
    try:
        record = json.loads(_path(root).read_bytes())
        whole = record.pop("sha256") == _digest(record)
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole:
        words = "a store whose record is whole: that of its configuration is damaged or missing"
        raise refused(root, words)
    return record


def write_record(root: Path, config: Config, found: Fingerprint) -> Record:
    """Record a new store."""
    record = {"config": config.plain(), **found}
    text = json.dumps({**record, "sha256": _digest(record)}, indent=1)
    write_atomically(_path(root), text.encode())
    return record


def has_record(root: Path) -> bool:
    """Whether the store was recorded; if not, nothing was computed yet."""
    return _path(root).exists()


def check_record(root: Path, record: Record, config: Config, now: Fingerprint) -> None:
    """Refuse another configuration, and versions or settings that would change bits."""
    other = list(differences(record["config"], config.plain()))
    if other:
        raise refused(root, f"a store of this configuration: {'; '.join(other)}")
    changed = list(changes(record, now))
    if changed:
        words = f"resumed with what decides its bits: {'; '.join(changed)}"
        raise refused(root, words)


def differences(old: Any, new: Any, where: str = "") -> Iterator[str]:
    """What differs between two configurations, one short phrase each."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            place = f"{where}.{key}" if where else key
            yield from differences(old.get(key), new.get(key), place)
    elif old != new:
        yield f"{where} is {_short(old)} in the store, {_short(new)} in the config"


def write_atomically(path: Path, data: bytes) -> None:
    """Replace the file at once, so that a reader sees the old or the new content, never half."""
    partial = path.with_name(f"{path.name}.partial")
    with open(partial, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _path(root: Path) -> Path:
    return root / ".scan" / "config.json"


def _digest(record: Record) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def _short(value: Any) -> str:
    text = "not given" if value is None else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
