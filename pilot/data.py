"""Dataset rows as every part of the pilot sees them: features, class codes, no names."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import _safe_indexing

from relabel_lab.pilot.checks import reject


@dataclass(frozen=True, eq=False)
class Dataset:
    """Features with given labels, and true labels where somebody knows them.

    Attributes:
        X: features [n, d], a dense array, CSR, or a frame of pandas or polars.
        given: codes 0…K−1 of the given labels, shape (n,).
        classes: what the codes stand for, K of them.
        truth: codes of the true labels, −1 where unknown, shape (n,); None if none is known.
        unit: rows with equal features share a unit and never part in cross-fitting, shape (n,).
    """

    X: Any
    given: np.ndarray
    classes: tuple[Any, ...]
    truth: np.ndarray | None = None
    unit: np.ndarray | None = None

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.given)

    @property
    def K(self) -> int:
        """Classes."""
        return len(self.classes)

    def take(self, rows: np.ndarray) -> Any:
        """Features of some rows, a mask (n,) or places."""
        if isinstance(self.X, np.ndarray) or sparse.issparse(self.X):
            return self.X[rows]
        return _safe_indexing(self.X, np.flatnonzero(rows) if rows.dtype == bool else rows)

    @property
    def clean(self) -> np.ndarray:
        """Rows whose true label is known, boolean (n,)."""
        return np.zeros(self.n, bool) if self.truth is None else self.truth >= 0


def dataset(X: Any, y: Any, truth: Any = None) -> Dataset:
    """Encode labels and find rows with equal features.

    Args:
        X: features [n, d]; an array, a SciPy sparse matrix, or a frame, which learners that ask
            for columns by name need; a list of texts for a learner that takes them.
        y: given labels, shape (n,).
        truth: true labels, shape (n,), None where unknown.

    Raises:
        ValueError: fewer than two classes, or a true label that is no given one.
    """
    if sparse.issparse(X):
        X = sparse.csr_array(X)
    elif not hasattr(X, "columns"):
        X = np.asarray(X)
    classes, given = np.unique(np.asarray(y), return_inverse=True)
    if len(classes) < 2:
        raise reject("label", f"one class, {classes[:1].tolist()}", "of two or more classes")
    codes = None if truth is None else _encode(truth, classes)
    return Dataset(X, given.astype(np.int64), tuple(classes.tolist()), codes, units(X))


def _encode(truth: Any, classes: np.ndarray) -> np.ndarray:
    index = {value: code for code, value in enumerate(classes.tolist())}
    codes = np.full(len(truth), -1)
    for row, value in enumerate(np.asarray(truth, dtype=object).tolist()):
        if value is None:
            continue
        if value not in index:
            raise reject("clean_label", repr(value), "one of the given labels' classes")
        codes[row] = index[value]
    return codes


def units(X: Any) -> np.ndarray:
    """A number for every distinct feature row, shape (n,)."""
    if sparse.issparse(X):
        keys = [_sparse_key(X, row) for row in range(X.shape[0])]
    elif not isinstance(X, np.ndarray):
        keys = [tuple(row) for row in np.asarray(X, dtype=object)]
    else:
        keys = [row.tobytes() for row in np.ascontiguousarray(X)]
    seen: dict[Any, int] = {}
    return np.array([seen.setdefault(hash(key), len(seen)) for key in keys])


def _sparse_key(X: Any, row: int) -> tuple[bytes, bytes]:
    part = slice(X.indptr[row], X.indptr[row + 1])
    return X.indices[part].tobytes(), X.data[part].tobytes()


def repeated(data: Dataset) -> int:
    """How many rows repeat the features of an earlier one."""
    return data.n - len(np.unique(data.unit)) if data.unit is not None else 0
