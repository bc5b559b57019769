"""What commands print: strict JSON or plain tables on standard output, progress elsewhere."""

import argparse
import io
import json
import math
import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

_NUMBER = re.compile(r"-?(\d|inf$|nan$|$)")
WIDTH = 80  # of a table that goes into a file or a pipe


def print_json(value: Mapping[str, Any] | Sequence[Any], *packages: str) -> None:
    """One JSON document, with the versions behind it, those of ``packages`` too; see `strict`."""
    told = {**value, "versions": versions(*packages)} if isinstance(value, Mapping) else value
    print(json.dumps(strict(told), allow_nan=False))


def versions(*packages: str) -> dict[str, str]:
    """Of the programs that decide the numbers."""
    names = ("relabel-lab", "jax", "jaxlib", "numpy", "scipy", *packages)
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def strict(value: Any) -> Any:
    """``value`` with arrays as lists, NaN as None and infinities as "inf" and "-inf"."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [strict(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else str(value)
    return value


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Aligned columns: numbers to the right, words to the left, folded to the terminal's width."""
    from rich.console import Console
    from rich.table import Table

    cells = [[_cell(value) for value in row] for row in rows]
    table = Table(box=None, pad_edge=False, header_style="none")
    for column, values in zip(columns, zip(*cells, strict=True), strict=True):
        numeric = all(_NUMBER.match(value) for value in values)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else WIDTH
    console = Console(file=io.StringIO(), highlight=False, markup=False, width=width)
    console.print(table)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    print("\n".join(line.rstrip() for line in lines))


def accuracy_cell(accuracy: float, log_error: float) -> str:
    """The accuracy, or 1 less the error where it would be rounded to 1."""
    if not accuracy > 0.9999:
        return f"{accuracy:.5g}"
    exponent = math.floor(log_error / math.log(10))
    mantissa = math.exp(log_error - exponent * math.log(10)) if exponent > -(10**6) else 1
    return "1" if math.isinf(log_error) else f"1 - {mantissa:.2g}e{exponent}"


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
