"""CIFAR-10 and CIFAR-100 in the binary version of their author (Krizhevsky 2009).

A record is one label byte (CIFAR-10) or two, coarse and fine (CIFAR-100, fine is used), and 3,072
bytes of pixels: red, green and blue planes of 32 rows.
"""

from pathlib import Path

import numpy as np

from relabel_lab.experiments.data.checks import existing, in_range, provenance, refused
from relabel_lab.experiments.data.images import Images, ImageSet
from relabel_lab.experiments.data.packs import CIFAR10, read_human

PIXELS = 3 * 32 * 32
TEN = ("cifar-10-batches-bin", tuple(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin")
HUNDRED = ("cifar-100-binary", ("train.bin",), "test.bin")


def read_records(path: Path, head: int, classes: int) -> Images:
    """Images of one file whose records begin with ``head`` label bytes, the last one the label."""
    raw = np.fromfile(existing(path), dtype=np.uint8)
    if not len(raw) or len(raw) % (head + PIXELS):
        raise refused(path, f"whole records of {head + PIXELS} bytes, not {len(raw)} bytes")
    records = raw.reshape(-1, head + PIXELS)
    pixels = records[:, head:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    labels = in_range(path, records[:, head - 1].astype(np.int64), classes)
    return Images(np.ascontiguousarray(pixels), labels)


def load_ten(folder: Path) -> ImageSet:
    """CIFAR-10 from its six files."""
    return _load(folder, TEN, 1, CIFAR10, "CIFAR-10, binary version")


def load_hundred(folder: Path) -> ImageSet:
    """CIFAR-100 from its two files, fine labels."""
    place = _place(folder, HUNDRED)
    names = place / "fine_label_names.txt"
    classes = tuple(names.read_text().split()) if names.exists() else tuple(map(str, range(100)))
    if len(classes) != 100:
        raise refused(names, f"100 names, not {len(classes)}")
    return _load(folder, HUNDRED, 2, classes, "CIFAR-100, binary version, fine labels")


def _load(
    folder: Path,
    layout: tuple[str, tuple[str, ...], str],
    head: int,
    classes: tuple[str, ...],
    source: str,
) -> ImageSet:
    place = _place(folder, layout)
    paths = [place / name for name in (*layout[1], layout[2])]
    *parts, test = (read_records(path, head, len(classes)) for path in paths)
    pixels = np.concatenate([part.pixels for part in parts])
    train = Images(pixels, np.concatenate([part.labels for part in parts]))
    people = folder / "cifar10n_labels.npz"
    human = read_human(people, train.labels) if head == 1 and people.exists() else {}
    used = [*paths, *([people] if human else [])]
    return ImageSet(train, test, classes, source, provenance(used), human)


def _place(folder: Path, layout: tuple[str, tuple[str, ...], str]) -> Path:
    """The folder itself, or the one that the archive unpacks to."""
    inner = folder / layout[0]
    return inner if inner.is_dir() else folder


def _holds(layout: tuple[str, tuple[str, ...], str], folder: Path) -> bool:
    return any((_place(folder, layout) / name).exists() for name in (*layout[1], layout[2]))


FORMATS = (
    ("CIFAR-10 binary files", lambda folder: _holds(TEN, folder), load_ten),
    ("CIFAR-100 binary files", lambda folder: _holds(HUNDRED, folder), load_hundred),
)
