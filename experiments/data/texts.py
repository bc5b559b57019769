"""News texts with labels: AG News as published (three columns) and with human labels beside.

Three columns, no header: class 1 to 4, title, description; train.csv and test.csv.  Labelled CSV
with a header: ``label`` (given by people), ``gt`` (true), ``text``; noisyagnews_train.csv and
agnews_test.csv.  Both also compressed (.gz).
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from relabel_lab.experiments.data.checks import in_range, provenance, refused
from relabel_lab.sim.kit import reject

CLASSES = ("world", "sports", "business", "technology")
LABELLED = ("noisyagnews_train.csv", "agnews_test.csv")
COLUMNS = ("train.csv", "test.csv")


@dataclass(frozen=True)
class Texts:
    """Labelled texts: ``texts`` and clean ``labels`` [n]."""

    texts: tuple[str, ...]
    labels: np.ndarray

    def first(self, count: int | None) -> "Texts":
        """The first ``count`` texts, all of them for None."""
        if count is not None and count > len(self.texts):
            found = f"whose train or test part has {len(self.texts)} texts"
            raise reject("data", found, f"one with the {count} that the preset asks for")
        return Texts(self.texts[:count], self.labels[:count])


@dataclass(frozen=True)
class TextSet:
    """Training and test texts of one source; fields as in `ImageSet`."""

    train: Texts
    test: Texts
    classes: tuple[str, ...]
    source: str
    files: dict[str, dict[str, str | None]]
    human: dict[str, np.ndarray] = field(default_factory=dict)

    def first(self, train: int | None, test: int | None) -> "TextSet":
        """The first ``train`` and ``test`` texts, with their human labels."""
        human = {name: labels[:train] for name, labels in self.human.items()}
        return replace(self, train=self.train.first(train), test=self.test.first(test), human=human)


def load_texts(folder: Path) -> TextSet:
    """News texts of the one known format that a folder holds.

    Raises:
        ValueError: if the folder holds none or both, or a file is missing, truncated or foreign.
    """
    if not folder.is_dir():
        raise reject("data", folder, "an existing folder")
    found = {
        load: [_find(folder, name) for name in names]
        for load, names in ((_labelled, LABELLED), (_columns, COLUMNS))
    }
    whole = {load: paths for load, paths in found.items() if any(paths)}
    if len(whole) != 1:
        raise reject(
            "data",
            f"{folder} holding {'both' if whole else 'none'} of them",
            f"a folder with {' and '.join(COLUMNS)}, or with {' and '.join(LABELLED)} (or .gz)",
        )
    load, paths = next(iter(whole.items()))
    names = LABELLED if load is _labelled else COLUMNS
    for path, name in zip(paths, names, strict=True):
        if path is None:
            raise refused(folder / name, "an existing file (or the same with .gz)")
    return load([path for path in paths if path is not None])


def _find(folder: Path, name: str) -> Path | None:
    options = [folder / name, folder / f"{name}.gz"]
    return next((path for path in options if path.is_file()), None)


def _rows(path: Path) -> Iterator[list[str]]:
    """Rows of a CSV file; broken compression and broken text are refused."""
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        yield from csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise refused(path, f"a whole CSV file in UTF-8 ({error})") from None


def _labelled(paths: list[Path]) -> TextSet:
    train, human = _read_labelled(paths[0])
    test, _ = _read_labelled(paths[1])
    source = "AG News subset with human labels (NoisyAG-News)"
    return TextSet(train, test, CLASSES, source, provenance(paths), {"human": human})


def _read_labelled(path: Path) -> tuple[Texts, np.ndarray]:
    rows = _rows(path)
    header = next(rows, [])
    if not {"label", "gt", "text"} <= set(header):
        raise refused(path, "a CSV file with a header naming label, gt and text")
    place = [header.index(name) for name in ("label", "gt", "text")]
    given, true, texts = _split(path, rows, place, len(header))
    return Texts(texts, _classes(path, true, 0)), _classes(path, given, 0)


def _columns(paths: list[Path]) -> TextSet:
    train, test = (_read_columns(path) for path in paths)
    return TextSet(train, test, CLASSES, "AG News, three columns", provenance(paths))


def _read_columns(path: Path) -> Texts:
    true, title, body = _split(path, _rows(path), [0, 1, 2], 3)
    texts = tuple(f"{head} . {rest}" for head, rest in zip(title, body, strict=True))
    return Texts(texts, _classes(path, true, 1))


def _split(
    path: Path, rows: Iterator[list[str]], place: list[int], width: int
) -> tuple[tuple[str, ...], ...]:
    """Columns at ``place``; every row has ``width`` fields and every text holds something."""
    found = []
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise refused(path, f"rows of {width} columns, not {len(row)} as in row {number}")
        if not row[place[-1]].strip():
            raise refused(path, f"rows with a text, which is empty in row {number}")
        found.append([row[i] for i in place])
    if not found:
        raise refused(path, "a file with rows")
    return tuple(zip(*found, strict=True))


def _classes(path: Path, words: tuple[str, ...], first: int) -> np.ndarray:
    """Labels counted from 0 of labels counted from ``first``."""
    try:
        labels = np.array([int(word) for word in words]) - first
    except ValueError as error:
        raise refused(path, f"a file whose labels are whole numbers ({error})") from None
    return in_range(path, labels, len(CLASSES))
