"""The page from its parts: template, style, scripts, figures and claims."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from relabel_lab.figures import Drawn
from relabel_lab.report.claims import claims_part
from relabel_lab.report.pictures import pictures_part
from relabel_lab.sim.kit import write_whole

LIMIT = 12_000_000
"""The page stays below this many bytes; pictures and data beyond it are linked, not embedded."""

_THEORY = ("normal", "quadrature", "margins", "one_round", "rounds", "classes", "finite")
_VIEWS = ("cloud_data", "canvas", "map", "cloud", "curves", "controls", "explorer")
_FACE = ("oneRound", "severalRounds", "classRound", "improves", "samplesNeeded")


def write_report(drawn: Sequence[Drawn], claims: Path | None, out: Path) -> Path:
    """Write ``out``/report.html, which opens without network.

    Args:
        drawn: the figures, each with its SVG or PNG.
        claims: ``claims.json`` of ``relabel check``, None where no claim was tried.
        out: folder.

    Returns:
        The page's path.

    Raises:
        ValueError: if ``claims`` is no record of claims.
    """
    record = None if claims is None else read_claims(claims)
    page = Template(_text("page.html")).substitute(
        style=_text("page.css"),
        explorer=_text("explorer.html"),
        script=explorer_script() + "\nrelabel.start();",
        figures=pictures_part(drawn, out, LIMIT // 2),
        claims=claims_part(record, claims, out),
        versions=_versions(drawn, record),
    )
    file = out / "report.html"
    write_whole(file, page.encode())
    return file


def explorer_script() -> str:
    """The explorer's script; it sets ``relabel`` and changes nothing until ``relabel.start()``."""
    parts = "\n".join(_text(f"js/{name}.js") for name in (*_THEORY, *_VIEWS))
    face = ", ".join((*_FACE, "start", "answer"))
    return f'const relabel = (() => {{\n"use strict";\n{parts}\nreturn {{ {face} }};\n}})();'


def _text(name: str) -> str:
    return files("relabel_lab.report").joinpath("page", *name.split("/")).read_text("utf-8")


def read_claims(file: Path) -> dict[str, Any]:
    """What ``relabel check`` recorded.

    Raises:
        ValueError: where the file is missing or no such record.
    """
    try:
        record = json.loads(file.read_bytes())
        record["claims"], record["level"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file} is no record of relabel check: {error!r}") from None
    return record


def _versions(drawn: Sequence[Drawn], record: dict[str, Any] | None) -> str:
    found: dict[str, set[str]] = {}
    for told in (*(each.versions for each in drawn), (record or {}).get("versions", {})):
        for program, number in told.items():
            found.setdefault(program, set()).add(number)
    return ", ".join(escape(f"{name} {' and '.join(sorted(v))}") for name, v in found.items())
