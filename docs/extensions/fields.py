"""Fields of named tuples stand in the description of their class, not once more below it."""

from __future__ import annotations

from typing import Any


def _skipped(app: Any, what: str, name: str, of: Any, skip: bool, options: Any) -> bool | None:
    repeated = (getattr(of, "__doc__", None) or "").startswith("Alias for field number")
    return True if repeated else None


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("autodoc-skip-member", _skipped)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
