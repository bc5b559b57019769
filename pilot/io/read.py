"""Read CSV, Parquet and NPZ without pickle, and only what fits into memory."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from scipy import sparse

from relabel_lab.pilot.io.refusal import DataRefused, names

SUFFIXES = ".csv, .csv.gz, .tsv, .parquet or .npz"
SPARSE = {"data", "indices", "indptr", "shape"}
COPIES = 4  # the file's numbers, their table, the features, a training set


@dataclass(frozen=True, eq=False)
class Source:
    """A file's content.

    Attributes:
        frame: named columns, one value a row.
        matrix: features [n, d] of an NPZ file, dense or CSR; None for tables.
    """

    frame: pd.DataFrame
    matrix: Any = None


def read(path: Path) -> Source:
    """Read a file by its suffix.

    NPZ: one two-dimensional array holds the features, or the four arrays of
    ``scipy.sparse.save_npz`` do; one-dimensional arrays are columns.

    Raises:
        DataRefused: unknown suffix, unreadable content, larger than memory.
    """
    if path.is_dir():
        raise DataRefused(f"{path}: is a folder, not a file")
    if not path.is_file():
        raise DataRefused(f"{path}: there is no such file")
    reader = _reader(path)
    try:
        return reader(path)
    except DataRefused:
        raise
    except MemoryError:
        raise DataRefused(f"{path}: does not fit into memory") from None
    except Exception as error:  # parsers raise what they like; the file is what is wrong
        reason = " ".join(str(error).split())[:120] if _harmless(error) else type(error).__name__
        raise DataRefused(f"{path}: cannot be read as {path.suffix[1:]} ({reason})") from None


def _reader(path: Path) -> Callable[[Path], Source]:
    name = path.name.lower()
    if name.endswith((".csv", ".csv.gz")):
        return lambda p: _table(p, ",")
    if name.endswith((".tsv", ".tsv.gz")):
        return lambda p: _table(p, "\t")
    if name.endswith(".parquet"):
        return _parquet
    if name.endswith(".npz"):
        return _npz
    raise DataRefused(f"{path}: must be a {SUFFIXES} file")


def _harmless(error: Exception) -> bool:
    """Whether an error's text comes from the format and not from the data."""
    return isinstance(error, zipfile.BadZipFile | pd.errors.EmptyDataError)


def _table(path: Path, separator: str) -> Source:
    packed = 8 if path.suffix == ".gz" else 1  # text shrinks to about an eighth
    check_memory(path, packed * path.stat().st_size)
    frame = pd.read_csv(path, sep=separator, low_memory=False)
    return Source(_checked(path, frame))


def _parquet(path: Path) -> Source:
    import pyarrow.parquet as parquet

    groups = parquet.ParquetFile(path).metadata
    size = sum(groups.row_group(k).total_byte_size for k in range(groups.num_row_groups))
    check_memory(path, max(size, 8 * groups.num_rows * groups.num_columns))
    return Source(_checked(path, pd.read_parquet(path, engine="pyarrow")))


def _npz(path: Path) -> Source:
    with zipfile.ZipFile(path) as archive:
        check_memory(path, sum(item.file_size for item in archive.infolist()))
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: _array(path, archive, name) for name in archive.files}
    columns = {name: a for name, a in arrays.items() if a.ndim == 1 and name not in SPARSE}
    matrix = _matrix(path, arrays)
    lengths = {len(column) for column in columns.values()}
    if lengths - {matrix.shape[0]}:
        raise DataRefused(
            f"{path}: the features have {matrix.shape[0]} rows, other arrays {sorted(lengths)}"
        )
    return Source(pd.DataFrame({name: a for name, a in columns.items()}), matrix)


def _array(path: Path, archive: Any, name: str) -> np.ndarray:
    try:
        return archive[name]
    except ValueError as error:
        if "pickle" not in str(error):
            raise
        raise DataRefused(
            f"{path}: {name!r} holds Python objects, which only pickle could read; save texts as "
            "numpy strings, array.astype(str)"
        ) from None


def _matrix(path: Path, arrays: dict[str, np.ndarray]) -> Any:
    if set(arrays) >= SPARSE:
        parts = (arrays["data"], arrays["indices"], arrays["indptr"])
        made = sparse.csc_array if _format(arrays) == "csc" else sparse.csr_array
        return sparse.csr_array(made(parts, shape=tuple(arrays["shape"])))
    tables = [name for name, a in arrays.items() if a.ndim == 2]
    if len(tables) != 1:
        found = names(tables) if tables else "none"
        raise DataRefused(f"{path}: needs one two-dimensional array of features, has {found}")
    return arrays[tables[0]]


def _format(arrays: dict[str, np.ndarray]) -> str:
    name = arrays.get("format", np.array(b"csr")).item()
    return name.decode() if isinstance(name, bytes) else str(name)


def _checked(path: Path, frame: pd.DataFrame) -> pd.DataFrame:
    frame.columns = [str(name) for name in frame.columns]
    if frame.columns.duplicated().any():
        raise DataRefused(
            f"{path}: two columns are called {frame.columns[frame.columns.duplicated()][0]!r}"
        )
    return frame


def check_memory(path: Path, size: int) -> None:
    """Refuse what would not fit, saying what is needed."""
    needed, free = COPIES * size, psutil.virtual_memory().available
    if needed > free:
        raise DataRefused(
            f"{path}: needs about {needed / 2**30:.1f} GiB of memory, {free / 2**30:.1f} GiB are "
            "free: take a random part of the rows"
        )
