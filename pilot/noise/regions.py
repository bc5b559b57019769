"""Sets of rows, chosen without looking at their own labels, in which flips can be counted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from relabel_lab.pilot.gain import OutOfFold

SHARES = (0.05, 0.1, 0.2, 0.5, 1.0)
LEAST = 10  # rows below which no count can tell anything


@dataclass(frozen=True, eq=False)
class Region:
    """Rows predicted as one class, the surest share of them, perhaps of one group.

    Attributes:
        words: what it is, for people.
        predicted: code of the class.
        share: the surest share taken.
        rows: boolean (n,).
        group: name and value of the group, or None.
    """

    words: str
    predicted: int
    share: float
    rows: np.ndarray
    group: tuple[str, str] | None = None


def regions(
    seen: OutOfFold, classes: tuple[object, ...], groups: Mapping[str, np.ndarray]
) -> list[Region]:
    """All regions with enough rows."""
    found = [*_plain(seen, classes), *_grouped(seen, classes, groups)]
    return [region for region in found if region.rows.sum() >= LEAST]


def _plain(seen: OutOfFold, classes: tuple[object, ...]) -> Iterator[Region]:
    for code, name in enumerate(classes):
        inside = seen.predicted == code
        for share in SHARES:
            yield Region(_words(name, share), code, share, surest(seen, inside, share))


def _grouped(
    seen: OutOfFold, classes: tuple[object, ...], groups: Mapping[str, np.ndarray]
) -> Iterator[Region]:
    for column, values in groups.items():
        for value in np.unique(values):
            for code, name in enumerate(classes):
                inside = (seen.predicted == code) & (values == value)
                words = f"{_words(name, 0.5)} with {column} = {value}"
                rows = surest(seen, inside, 0.5)
                yield Region(words, code, 0.5, rows, (column, str(value)))


def surest(seen: OutOfFold, inside: np.ndarray, share: float) -> np.ndarray:
    """The surest share of the rows ``inside``, fold by fold, so that no own label takes part."""
    rows = np.zeros(len(inside), bool)
    for f in np.unique(seen.fold):
        place = np.flatnonzero(inside & (seen.fold == f))
        order = place[np.argsort(-seen.confidence[place], kind="stable")]
        rows[order[: int(np.ceil(share * len(place)))]] = True
    return rows


def _words(name: object, share: float) -> str:
    if share == 1.0:
        return f"rows predicted as {name}"
    return f"the surest {100 * share:g} % of the rows predicted as {name}"
