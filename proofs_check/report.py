"""The written record: a readable table, the same as JSON, and the certificates."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from relabel_lab.proofs_check.findings import UNTRIED
from relabel_lab.proofs_check.power import tables
from relabel_lab.proofs_check.registry import Claim, Evidence
from relabel_lab.sim.kit import write_whole

HEAD = "| claim | verdict | we find | proved how | finite n or limit |\n|---|---|---|---|---|"
MOST = 20  # refuted or open comparisons shown


def plain(value: Any) -> Any:
    """The same value in JSON types; numbers that JSON lacks become text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, float | np.floating):
        number = float(value)
        return number if math.isfinite(number) else str(number)
    if isinstance(value, np.integer):
        return int(value)
    return str(value)


def table(record: dict[str, Any]) -> str:
    """The claims as a Markdown table, one short line a claim."""
    lines = [HEAD]
    for row in record["claims"]:
        cells = (row["verdict"], row["finding"], row["proved"], row["regime"])
        lines.append(f"| [{row['id']}](#{row['id'].lower()}) | {' | '.join(cells)} |")
    return "\n".join(lines)


def markdown(record: dict[str, Any], power: dict[str, Any] | None = None) -> str:
    """The whole report as Markdown, with the power study where one was recorded."""
    counts = ", ".join(f"{record[v]} {v}" for v in ("holds", "fails", "undecided"))
    budget = record["false_alarms"]
    parts = [
        f"# Claims, level {record['level']}: {counts}",
        _wrapped(
            f"Probability that any right sampled claim is rejected in this run: at most "
            f"{budget['family_wise']:g} ({budget['procedure']}, {budget['tests']} tests). A relative "
            f"deviation of {'1 %' if record['level'] == 'quick' else '0.1 %'} in a sampled claim is "
            f"found with probability at least {budget['power']}, unless its statement names another "
            f"tolerance; one-sided comparisons promise no power."
        ),
        table(record),
        "# One by one",
        *(section(row) for row in record["claims"]),
        "# What the paper says and cannot be tried here",
        *(f"- {_wrapped(f'*{what}.* {why}', '  ')}" for what, why in UNTRIED),
    ]
    if power is not None:
        parts.append(f"# The claims' power\n\n{tables(power)}")
    return "\n\n".join(parts) + "\n"


def section(row: dict[str, Any]) -> str:
    """One claim: statement, paper, finding, domain, numbers, evidence; 80 columns."""
    details = row["details"]
    domain = "; ".join(f"{name}: {_brief(value)}" for name, value in details["domain"].items())
    lines = [
        ("Says", row["statement"]),
        ("Paper", row["paper"]),
        ("We find", f"{row['finding']}; {row['verdict']}"),
        ("Proved", f"{row['proved']}, {row['regime']} ({row['source']})"),
        ("Domain", domain),
    ]
    if details.get("certificates"):
        files = ", ".join(
            f"[{name}](certificates/{row['id']}/{name})" for name in details["certificates"]
        )
        lines.append(("Evidence", files))
    if row["figure"]:
        lines.append(("Figure", f"[{row['figure']}](figures/{row['figure']}.png)"))
    text = "\n".join(f"- {_wrapped(f'**{name}:** {value}', '  ')}" for name, value in lines)
    return f"## {row['id']}\n\n{text}\n{_numbers(details)}"


def _numbers(details: dict[str, Any]) -> str:
    if "crash" in details:
        return f"\n```\n{details['crash'].rstrip()}\n```"
    shown = [("refuted", x) for x in details["refuted"][:MOST]]
    shown += [("open", x) for x in details["open"][:MOST]]
    shown = shown or [("", x) for x in details["numbers"]]
    lines = [f"  - {_wrapped(f'{word} {_compared(x)}'.strip(), '    ')}" for word, x in shown]
    more = f" (of {details['comparisons']})" if details["comparisons"] > len(shown) else ""
    return "\n".join([f"- **Numbers{more}:**", *lines])


def _compared(comparison: dict[str, Any]) -> str:
    expected, found = _brief(comparison["expected"]), _brief(comparison["found"])
    return f"{comparison['name']}: expected {expected}, found {found}"


def _brief(value: Any) -> str:
    """A value in words, shortened where it is long."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_brief(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_brief(item) for item in value)
    return str(value)


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, 78, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def write_record(
    out: Path,
    record: dict[str, Any],
    claims: Sequence[Claim],
    evidence: Sequence[Evidence | str],
) -> None:
    """Write ``claims.md``, ``claims.json`` and ``certificates/<claim>/<name>`` under ``out``.

    ``claims.md`` shows the record of ``make power`` where ``out`` has one.
    """
    for claim, found in zip(claims, evidence, strict=True):
        if isinstance(found, Evidence):
            for name, content in found.certificates.items():
                body = content if isinstance(content, bytes) else json.dumps(content).encode()
                write_whole(out / "certificates" / claim.id / name, body)
    write_whole(out / "claims.json", (json.dumps(record, indent=1) + "\n").encode())
    power = out / "power.json"
    tried = json.loads(power.read_text()) if power.exists() else None
    write_whole(out / "claims.md", markdown(record, tried).encode())
