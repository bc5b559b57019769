"""Which column is what: the label, groups, known true labels, text, what to leave out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from relabel_lab.pilot.io.refusal import DataRefused, names


@dataclass(frozen=True)
class Roles:
    """Columns by what they are for.

    Attributes:
        label: the given labels.
        groups: columns to report by, never features.
        clean: true labels where known, never a feature; or None.
        text: columns to turn into tf-idf.
        drop: columns to leave out.
    """

    label: str
    groups: tuple[str, ...] = ()
    clean: str | None = None
    text: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    @property
    def reserved(self) -> set[str]:
        """Columns that never become features."""
        clean = set() if self.clean is None else {self.clean}
        return {self.label, *self.groups, *self.drop} | clean


def check_roles(frame: pd.DataFrame, roles: Roles) -> None:
    """Every named column exists, and none has two roles.

    Raises:
        DataRefused: naming the option.
    """
    asked = [("--label", roles.label), *(("--groups", name) for name in roles.groups)]
    asked += [("--text", name) for name in roles.text] + [("--drop", name) for name in roles.drop]
    if roles.clean is not None:
        asked.append(("--clean-label", roles.clean))
    seen: dict[str, str] = {}
    for option, name in asked:
        if name not in frame.columns:
            raise DataRefused(
                f"{option} {name}: no such column; there are {names(list(frame.columns), 8) or 'none'}"
            )
        if name in seen:
            raise DataRefused(f"{option} {name}: the column is {seen[name]} already")
        seen[name] = option


def given_labels(frame: pd.DataFrame, roles: Roles) -> np.ndarray:
    """The given labels, checked to be classes."""
    column = frame[roles.label]
    _refuse_missing(column, "--label")
    values = plain(column)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise DataRefused(f"--label {roles.label}: holds infinite numbers")
    counts = pd.Series(values).value_counts()
    if len(counts) < 2:
        raise DataRefused(f"--label {roles.label}: has {len(counts)} class, two or more are needed")
    if len(counts) > len(values) / 5:
        raise DataRefused(
            f"--label {roles.label}: {len(counts)} classes in {len(values)} rows; a label must be a "
            "class with several rows, not a measured quantity"
        )
    if counts.min() < 2:
        raise DataRefused(
            f"--label {roles.label}: {int((counts < 2).sum())} classes have one row; every class "
            "needs two or more"
        )
    return values


def clean_labels(frame: pd.DataFrame, roles: Roles, given: np.ndarray) -> np.ndarray | None:
    """Known true labels, None where missing; or None without such a column."""
    if roles.clean is None:
        return None
    column = frame[roles.clean]
    known = column.notna().to_numpy()
    if not known.any():
        raise DataRefused(f"--clean-label {roles.clean}: no row has one")
    values = np.full(len(column), None, dtype=object)
    values[known] = plain(column[known], like=given)
    classes = set(given.tolist())
    strange = [value for value in values[known] if value not in classes]
    if strange:
        raise DataRefused(
            f"--clean-label {roles.clean}: {len(strange)} values are no class of --label"
        )
    return values


def group_values(frame: pd.DataFrame, roles: Roles) -> dict[str, np.ndarray]:
    """Groups by column, as texts."""
    result = {}
    for name in roles.groups:
        _refuse_missing(frame[name], "--groups")
        values = plain(frame[name]).astype(str)
        counts = pd.Series(values).value_counts()
        if counts.min() < 2:
            raise DataRefused(
                f"--groups {name}: {int((counts < 2).sum())} groups have one member; every group "
                "needs two or more"
            )
        result[name] = values
    return result


def plain(column: pd.Series, like: np.ndarray | None = None) -> np.ndarray:
    """Values as integers or texts: 1.0 and 1 are the same class."""
    if pd.api.types.is_bool_dtype(column):
        return column.to_numpy(dtype=bool).astype(str)
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy(dtype=np.float64)
        if np.isfinite(numbers).all() and (numbers == np.round(numbers)).all():
            numbers = numbers.astype(np.int64)
        texts = like is not None and like.dtype.kind not in "iuf"
        return numbers.astype(str) if texts else numbers
    return column.astype(str).to_numpy(dtype=str)


def _refuse_missing(column: pd.Series, option: str) -> None:
    missing = int(column.isna().sum())
    if missing:
        first = int(np.flatnonzero(column.isna().to_numpy())[0]) + 1
        raise DataRefused(
            f"{option} {column.name}: {missing} missing values, the first in row {first}"
        )
