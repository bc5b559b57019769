"""The claims of the report: what is said, by whom, and what speaks for it."""

from __future__ import annotations

import os
import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from latex2mathml.converter import convert

_WORDS = {"holds": "holds", "fails": "fails", "undecided": "undecided"}
_MATHS = re.compile(r"\$([^$]+)\$")
_SHOWN = 12  # tests of one claim


def claims_part(record: dict[str, Any] | None, file: Path | None, out: Path) -> str:
    """The table, or how to get one."""
    if record is None or file is None:
        return (
            "<p>No claim has been tried beside these figures. <code>relabel check --out results"
            "</code> tries every claim; then draw the report again, or name the record with "
            "<code>--claims results/claims.json</code>.</p>"
        )
    counts = ", ".join(f"{record[word]} {word}" for word in _WORDS)
    rows = "\n".join(_row(claim, file.parent, out) for claim in record["claims"])
    return (
        f"<p>{len(record['claims'])} claims at level {escape(record['level'])}: {counts}. "
        "Claims of the paper are taken from public summaries of it and marked as such.</p>"
        '<div class="wide"><table class="claims"><thead><tr><th scope="col">claim</th>'
        '<th scope="col">statement and evidence</th><th scope="col">source</th>'
        f'<th scope="col">verdict</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def with_maths(text: str) -> str:
    """HTML of words with formulas between dollar signs, as MathML."""
    parts = _MATHS.split(text)
    return "".join(convert(part) if i % 2 else escape(part) for i, part in enumerate(parts))


def _row(claim: dict[str, Any], folder: Path, out: Path) -> str:
    name, verdict = escape(claim["id"]), claim["verdict"]
    return (
        f'<tr id="claim-{name}"><td><a href="#claim-{name}"><code>{name}</code></a></td>'
        f"<td>{with_maths(claim['statement'])}{_evidence(claim, folder, out)}</td>"
        f"<td>{escape(claim['source'])}</td>"
        f'<td class="verdict {_WORDS.get(verdict, "undecided")}">{escape(verdict)}</td></tr>'
    )


def _evidence(claim: dict[str, Any], folder: Path, out: Path) -> str:
    details = claim["details"]
    lines = [
        ("evidence", escape(claim["evidence"])),
        *(
            (f"domain: {escape(str(name))}", escape(_plain(value)))
            for name, value in details.get("domain", {}).items()
        ),
        ("comparisons", escape(str(details.get("comparisons", 0)))),
        *_numbers(details),
        ("try it", f"<code>relabel check --only {escape(claim['id'])}</code>"),
        *_certificates(folder / "certificates" / claim["id"], out),
    ]
    told = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in lines)
    return f"<details><summary>evidence: {escape(claim['evidence'])}</summary><dl>{told}</dl></details>"


def _numbers(details: dict[str, Any]) -> list[tuple[str, str]]:
    """What refutes the claim or leaves it open, and the sampled tests with their p values."""
    told = []
    for kind in ("refuted", "open"):
        for item in details.get(kind, ())[:_SHOWN]:
            words = f"{item['name']}: expected {item['expected']}, found {item['found']}"
            told.append((kind, escape(words)))
    smallest = details.get("smallest_p")
    if smallest is not None:
        told.append(("smallest p value", escape(f"{smallest:.3g}")))
    if "crash" in details:
        told.append(("crashed", escape(details["crash"].strip().splitlines()[-1])))
    return told


def _certificates(folder: Path, out: Path) -> list[tuple[str, str]]:
    found = sorted(folder.glob("*")) if folder.is_dir() else []
    return [
        (
            "certificate",
            f'<a href="{quote(os.path.relpath(file, out))}">{escape(file.name)}</a>',
        )
        for file in found[:_SHOWN]
    ]


def _plain(value: Any) -> str:
    return ", ".join(str(x) for x in value) if isinstance(value, list) else str(value)
