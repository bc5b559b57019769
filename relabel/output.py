"""What commands print: strict JSON or plain tables on standard output, progress elsewhere."""

import argparse
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

_NUMBER = re.compile(r"-?(\d|inf\b|nan\b)")


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
    """Aligned columns: numbers to the right, words to the left."""
    cells = [list(columns), *([_cell(value) for value in row] for row in rows)]
    aligned = zip(*(_aligned(column) for column in zip(*cells, strict=True)), strict=True)
    for row in aligned:
        print("  ".join(row).rstrip())


def _aligned(column: Sequence[str]) -> list[str]:
    width = max(map(len, column))
    numeric = all(_NUMBER.match(text) for text in column[1:])
    return [text.rjust(width) if numeric else text.ljust(width) for text in column]


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
