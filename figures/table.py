"""The numbers of a data file as one table of comma-separated values, for spreadsheets and R."""

import csv
import io
from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]
APART = ("figure", "preset", "key", "versions", "size", "asked")  # said once, not in every row


def table_of(data: dict[str, Any]) -> str:
    """A line for every place of every list of numbers.

    ``series`` names the part of the data file and ``i`` the place in its lists; lists of one
    length that stand together in the data file are columns of the same lines.  Numbers and words
    of the parts around them (as rho of a panel) are repeated.  A map has a line a row, with columns 0, 1, … along
    its second axis.
    """
    rows = list(_rows({k: v for k, v in data.items() if k not in APART}, "", {}))
    names = dict.fromkeys(name for row in rows for name in row)
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def _rows(node: dict[str, Any], path: str, around: Row) -> Iterator[Row]:
    plain = {key: value for key, value in node.items() if not isinstance(value, dict | list)}
    around = {**around, **plain}
    listed = {key: value for key, value in node.items() if isinstance(value, list) and value}
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _rows(value, _under(path, key), around)
    yield from _columns(listed, path, around)
    for key, value in listed.items():
        yield from _parts(value, _under(path, key), around)


def _columns(listed: dict[str, Any], path: str, around: Row) -> Iterator[Row]:
    """Lists of plain values, those of one length together."""
    flat = {k: v for k, v in listed.items() if not any(isinstance(x, dict | list) for x in v)}
    for length in dict.fromkeys(map(len, flat.values())):
        some = {key: values for key, values in flat.items() if len(values) == length}
        for i in range(length):
            own = {key: values[i] for key, values in some.items()}
            yield {"series": path or "shared", "i": i, **around, **own}


def _parts(values: list[Any], path: str, around: Row) -> Iterator[Row]:
    """Lists of parts, and lists of lists."""
    for i, value in enumerate(values):
        if isinstance(value, dict):
            alone = not any(isinstance(x, dict | list) for x in value.values())
            if alone:
                yield {"series": path, "i": i, **around, **value}
            else:
                yield from _rows(value, f"{path}.{i}", around)
        elif isinstance(value, list):
            if any(isinstance(x, dict | list) for x in value):
                yield from _parts(value, f"{path}.{i}", around)
            else:
                own = {str(j): x for j, x in enumerate(value)}
                yield {"series": path, "i": i, **around, **own}


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
