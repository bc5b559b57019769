r"""Formulas as MathML, which browsers draw themselves: in pages and, from \( \), in docstrings."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.util import logging

_LOG = logging.getLogger(__name__)
_INLINE = re.compile(r"\\\((.+?)\\\)", re.S)


def _drawn(source: str, display: str) -> str:
    """MathML; the source where the converter does not know a command."""
    try:
        return str(convert(source, display=display))
    except Exception as error:  # the converter has no common error
        _LOG.info("formula shown as source (%r): %s", error, source)
        return f"<code>{escape(source)}</code>"


def _inline(self: Any, node: nodes.math) -> None:
    # The notes write $`x`$, as GitHub reads it; the backticks reach this place.
    self.body.append(_drawn(node.astext().strip("`"), "inline"))
    raise nodes.SkipNode


def _block(self: Any, node: nodes.math_block) -> None:
    self.body.append(f'<div class="math">{_drawn(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def _formulas(app: Any, what: str, name: str, of: Any, options: Any, lines: list[str]) -> None:
    r"""Turn \(x\) of a docstring into the role of reStructuredText."""
    text = _INLINE.sub(lambda m: f":math:`{' '.join(m[1].split())}`", "\n".join(lines))
    lines[:] = text.split("\n")


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("autodoc-process-docstring", _formulas)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
