"""Refusing files: every complaint names the file and what was expected of it."""

import hashlib
from pathlib import Path

import numpy as np

from relabel_lab.sim.kit import reject

KNOWN = {
    "a8241bda4d5ecc71acfb8f0502facfed38d10968d967dfe9eaaf5f9669e3c6f1": "AG News test, labelled",
    "fbb3c3c2862c026e84d856c9805d83b2b76f338ca0994bb4f6f3c87ce05007e4": "CIFAR-10 test, JPEG",
    "256cd7fe7b66f34714bb907ede3c00d8829e0de16a1e9681142ea4e2d3603083": "CIFAR-10 train, JPEG",
    "6024485a143efa682792c21d7f2adfdef5a374dce699bb2fcd4d62cd55cc4852": "CIFAR-10N labels",
    "2c705bcafdd79cb6906a2d0f6a47dc30281ff8baa5ad6ea090b86963401d7690": "NoisyAG-News train",
}
"""SHA-256 of files met before, and what they are."""


def refused(path: Path, allowed: str) -> ValueError:
    """The error for a file that cannot be used."""
    return reject("data", path, allowed)


def checksum(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def provenance(paths: list[Path]) -> dict[str, dict[str, str | None]]:
    """Checksum of each file, and its name where it is a known one."""
    sums = {path.name: checksum(path) for path in paths}
    return {name: {"sha256": sum_, "known": KNOWN.get(sum_)} for name, sum_ in sums.items()}


def existing(path: Path) -> Path:
    """The path of a file that exists."""
    if not path.is_file():
        raise refused(path, "an existing file")
    return path


def in_range(path: Path, labels: np.ndarray, classes: int) -> np.ndarray:
    """Labels as int32, or an error that names the first one out of range and its row."""
    bad = np.flatnonzero((labels < 0) | (labels >= classes))
    if len(bad):
        found = f"with label {labels[bad[0]]} in row {bad[0]}"
        raise reject("data", f"{path} {found}", f"a file of labels from 0 to {classes - 1}")
    return labels.astype(np.int32)
