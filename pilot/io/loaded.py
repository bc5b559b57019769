"""From a file and the roles of its columns to rows that the pilot can measure."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from relabel_lab.pilot.data import Dataset, dataset, repeated
from relabel_lab.pilot.io.columns import (
    Roles,
    check_roles,
    clean_labels,
    given_labels,
    group_values,
)
from relabel_lab.pilot.io.features import Features, features
from relabel_lab.pilot.io.read import Source, read
from relabel_lab.pilot.io.refusal import DataRefused

FEWEST = 20


@dataclass(frozen=True, eq=False)
class Loaded:
    """Everything a pilot needs of a file.

    Attributes:
        data: rows with codes.
        labels: the given labels as they were, (n,).
        groups: group of each row by column.
        features: how the features were made.
        source: the columns as read.
        warnings: what a user should know, one line each, without any of the data.
    """

    data: Dataset
    labels: np.ndarray
    groups: dict[str, np.ndarray]
    features: Features
    source: Source
    warnings: list[str]


def load(path: Path, roles: Roles) -> Loaded:
    """Read a file and give its columns their roles.

    Raises:
        DataRefused: with one line that says what is wrong and what to do.
    """
    source = read(path)
    check_roles(source.frame, roles)
    rows = len(source.frame)
    if rows < FEWEST:
        raise DataRefused(f"{path}: {rows} rows, at least {FEWEST} are needed")
    given = given_labels(source.frame, roles)
    clean = clean_labels(source.frame, roles, given)
    groups = group_values(source.frame, roles)
    made = features(source, roles)
    data = dataset(made.X, given, clean)
    if data.n - repeated(data) < FEWEST:
        raise DataRefused(
            f"{path}: {data.n - repeated(data)} different rows of features, at least {FEWEST} are "
            "needed: equal rows stay in one fold"
        )
    return Loaded(data, given, groups, made, source, _warnings(data, made))


def _warnings(data: Dataset, made: Features) -> list[str]:
    told = []
    again = repeated(data)
    if again:
        told.append(
            f"{again} rows repeat the features of another row; they are kept in one fold, because "
            "they would leak their labels across folds"
        )
    if made.dropped:
        told.append(f"{len(made.dropped)} constant columns carry nothing")
    return told
