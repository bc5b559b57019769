"""What commands print: strict JSON or plain tables on standard output, progress elsewhere."""

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any


def print_json(value: Any) -> None:
    """One JSON document; what JSON has no number for (NaN, infinities) becomes null."""
    print(json.dumps(strict(value), allow_nan=False))


def strict(value: Any) -> Any:
    """``value`` with arrays as lists and non-finite numbers as None."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [strict(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Aligned columns: the first to the left, the rest to the right."""
    cells = [list(columns), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        first = row[0].ljust(widths[0])
        rest = (text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))
        print("  ".join([first, *rest]).rstrip())


def shows_progress(args: argparse.Namespace) -> bool:
    """Whether progress goes to standard error: as asked, else on a terminal without --json."""
    if args.progress is not None:
        return args.progress
    return sys.stderr.isatty() and not args.json


@contextmanager
def progress_bar(label: str, *, shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, moved by calling ``step(done, total)``; nothing if not shown."""
    if not shown:
        yield lambda done, total: None
        return
    from tqdm import tqdm

    with tqdm(desc=label, file=sys.stderr) as bar:

        def step(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield step


def _cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
