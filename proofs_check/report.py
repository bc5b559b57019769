"""The written record: a readable table, the same as JSON, and the certificates."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from relabel_lab.proofs_check.power_tables import tables
from relabel_lab.proofs_check.registry import Claim, Evidence
from relabel_lab.sim.kit import write_whole

HEAD = (
    "| claim | verdict | evidence | source | statement | comparisons |\n|---|---|---|---|---|---|"
)


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
    """The claims as a Markdown table, one line a claim."""
    lines = [HEAD]
    for row in record["claims"]:
        statement = row["statement"].replace("|", r"\|")
        count = row["details"].get("comparisons", 0)
        lines.append(
            f"| `{row['id']}` | {row['verdict']} | {row['evidence']} | {row['source']} "
            f"| {statement} | {count} |"
        )
    return "\n".join(lines)


def markdown(record: dict[str, Any], power: dict[str, Any] | None = None) -> str:
    """The whole report as Markdown, with the power study where one was recorded."""
    counts = ", ".join(f"{record[v]} {v}" for v in ("holds", "fails", "undecided"))
    budget = record["false_alarms"]
    parts = [
        f"# Claims, level {record['level']}: {counts}",
        f"Probability that any right sampled claim is rejected in this run: at most "
        f"{budget['family_wise']:g} ({budget['procedure']}, {budget['tests']} tests). A relative "
        f"deviation of {'1 %' if record['level'] == 'quick' else '0.1 %'} in a sampled claim is "
        f"found with probability at least {budget['power']}, unless its statement names another "
        f"tolerance; one-sided comparisons promise no power.",
        table(record),
    ]
    for row in record["claims"]:
        if row["verdict"] != "holds":
            parts.append(f"## `{row['id']}` {row['verdict']}\n\n{_why(row['details'])}")
    if power is not None:
        parts.append(f"# The claims' power\n\n{tables(power)}")
    return "\n\n".join(parts) + "\n"


def _why(details: dict[str, Any]) -> str:
    if "crash" in details:
        return f"```\n{details['crash'].rstrip()}\n```"
    lines = [
        f"- {kind}: {item['name']}: expected {item['expected']}, found {item['found']}"
        for kind in ("refuted", "open")
        for item in details[kind]
    ]
    return "\n".join(lines) or "No evidence was produced."


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
