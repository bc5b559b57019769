"""Links from the notes to files of the repository: checked, and shown as names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def _named(app: Any, env: Any, node: Any, content: Any) -> Any:
    """The link's words where its target is a file of the repository; otherwise it stays missing."""
    target = node.get("reftarget", "").partition("#")[0]
    return content if target and (ROOT / target).is_file() else None


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("missing-reference", _named)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
