"""A flip matrix from a file."""

import csv
from pathlib import Path

import numpy as np

from relabel_lab.pilot.io.refusal import DataRefused


def read_matrix(path: Path, classes: list[str]) -> np.ndarray:
    """P(given | true), a row for each true class, in the order of ``classes``.

    A first line that is no row of numbers names the classes; rows and columns follow it.

    Raises:
        DataRefused: no such file, not a square table of numbers, other names than the classes.
    """
    try:
        lines = [row for row in csv.reader(path.read_text().splitlines()) if row]
    except (OSError, UnicodeDecodeError):
        raise DataRefused(f"--flip-matrix {path}: cannot be read") from None
    order = None
    if lines and not all(map(_number, lines[0])):
        names = [name.strip() for name in lines.pop(0)]
        if sorted(names) != sorted(classes):
            raise DataRefused(f"--flip-matrix {path}: its header does not name the label's classes")
        order = [names.index(name) for name in classes]
    if not lines or any(len(row) != len(lines) or not all(map(_number, row)) for row in lines):
        raise DataRefused(f"--flip-matrix {path}: must be a square table of numbers")
    matrix = np.array([[float(entry) for entry in row] for row in lines])
    return matrix if order is None else matrix[np.ix_(order, order)]


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
