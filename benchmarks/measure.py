"""What a fresh process does: import one module and run it (spawn needs an importable function)."""

import importlib
from typing import Any

COLUMNS = ("name", "value", "unit", "target")


def measure(name: str) -> list[dict[str, Any]]:
    """The rows of one module."""
    rows = importlib.import_module(f"benchmarks.{name}").run()
    return [{"module": name, **named(row)} for row in rows]


def named(row: Any) -> dict[str, Any]:
    """A row as a mapping of all columns, given as one or as a tuple in their order."""
    values = row if isinstance(row, dict) else dict(zip(COLUMNS, row, strict=True))
    return {column: values.get(column) for column in COLUMNS}
