"""Checkpoints: a training's arrays and where it stands, in one file that is whole or not there.

The file is one line of JSON, then the leaves as Equinox writes them (NumPy's format, no pickle).
The line holds a digest of everything the training was given; another training's file is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import equinox as eqx
import jax
import numpy as np

from relabel_lab.sim.kit import reject, write_whole

Tree = TypeVar("Tree")


def digest(words: Any, arrays: Iterable[Any]) -> str:
    """A fingerprint of JSON-able ``words`` and of arrays, their types and shapes."""
    found = hashlib.sha256(json.dumps(words, sort_keys=True).encode())
    for array in arrays:
        flat = np.ascontiguousarray(array)
        found.update(f"{flat.dtype} {flat.shape}".encode())
        found.update(flat.tobytes())
    return found.hexdigest()[:16]


def save(path: Path, tree: Any, told: dict[str, Any]) -> None:
    """Write ``tree`` and the JSON-able facts ``told``."""
    file = io.BytesIO()
    file.write(json.dumps(told).encode() + b"\n")
    eqx.tree_serialise_leaves(file, jax.device_get(tree))
    write_whole(path, file.getvalue())


def facts(path: Path, *, digest: str) -> dict[str, Any] | None:
    """What the file tells of its training; None where there is no file."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        told = json.loads(file.readline())
    if told["digest"] != digest:
        raise reject("out", path, "a folder of this run: the training saved there is another")
    return told


def load(path: Path, like: Tree) -> Tree:
    """The saved tree, shaped as ``like``."""
    with path.open("rb") as file:
        file.readline()
        return eqx.tree_deserialise_leaves(file, like)
