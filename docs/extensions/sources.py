"""The notes as a page: links to files of the repository are checked and shown as names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.util import logging

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([\w./-]+\.\w+)\)")
_LOG = logging.getLogger(__name__)


def _notes(app: Any, page: str, source: list[str]) -> None:
    """Put paper_notes.md where the page notes.md stands, and lead other pages there."""
    if page != "notes":
        source[0] = source[0].replace("](../paper_notes.md", "](notes.md")
        return

    def named(link: re.Match[str]) -> str:
        if not (ROOT / link[2]).is_file():
            _LOG.warning("paper_notes.md: no file %s", link[2])
        return link[1]

    source[0] = _LINK.sub(named, (ROOT / "paper_notes.md").read_text("utf-8"))


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("source-read", _notes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
