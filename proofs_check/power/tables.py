"""The two tables of the power study, for the report and for paper_notes.md."""

from __future__ import annotations

import re
from typing import Any

from relabel_lab.proofs_check.claims import SAMPLED
from relabel_lab.proofs_check.power.mutants import MUTANTS

Record = dict[str, Any]


def mutant_table(rows: list[Record]) -> str:
    """Wrong formulas and the verdicts of the claims concerned."""
    lines = ["| wrong formula | verdicts of the claims concerned |", "|---|---|"]
    for row in rows:
        verdicts = ", ".join(f"`{name}`: {v}" for name, v in row["verdicts"].items())
        lines.append(f"| {row['mutant']} | {verdicts} |")
    return "\n".join(lines)


def right_table(right: Record) -> str:
    """Sampled claims and how often their right formulas were rejected or left undecided."""
    lines = ["| claim, right formulas | rejections | undecided |", "|---|---|---|"]
    for name, count in right["rejected"].items():
        lines.append(f"| `{name}` | {count} | {right['undecided'][name]} |")
    return "\n".join(lines)


def summary(record: Record) -> str:
    """One sentence on each trial."""
    rows, right = record["mutants"], record["right"]
    caught = sum(row["rejected"] for row in rows)
    fell = sum(right["rejected"].values())
    return (
        f"{caught} of {len(rows)} wrong formulas rejected at quick-level sample sizes. Right "
        f"formulas under {right['roots']} root seeds: {fell} rejections in {right['tests']} "
        f"tests, smallest p-value {right['smallest_p']:.2g}."
    )


def is_current(record: Record) -> bool:
    """Whether the record is about the errors and the sampled claims that exist now."""
    names = [row["mutant"] for row in record["mutants"]]
    known = [mutant.name for mutant in MUTANTS]
    return names == known and tuple(record["right"]["rejected"]) == SAMPLED


def tables(record: Record) -> str:
    """Summary and both tables."""
    parts = [summary(record), mutant_table(record["mutants"]), right_table(record["right"])]
    if not is_current(record):
        parts.insert(1, "Recorded with other claims: run `make power` again.")
    return "\n\n".join(parts)


MUTANT_ROW = re.compile(r"^\| ([^|`]+) \| (`.+`: \w+) \|$", re.MULTILINE)
RIGHT_ROW = re.compile(r"^\| `([\w.-]+)` \| (\d+) \| (\d+) \|$", re.MULTILINE)
SUMMARY = re.compile(
    r"under (\d+) root seeds: \d+ rejections in (\d+) tests, smallest p-value (\S+)\."
)


def read(text: str) -> Record:
    """The record that `tables` wrote somewhere in ``text``.

    Raises:
        ValueError: if there is none.
    """
    found = SUMMARY.search(text)
    if found is None:
        raise ValueError("text has no summary of a power study")
    rows = []
    for mutant, cell in MUTANT_ROW.findall(text):
        verdicts = dict(re.findall(r"`([\w.-]+)`: (\w+)", cell))
        rejected = "fails" in verdicts.values()
        rows.append({"mutant": mutant, "verdicts": verdicts, "rejected": rejected})
    counts = [(name, int(fails), int(open_)) for name, fails, open_ in RIGHT_ROW.findall(text)]
    right = {
        "roots": int(found[1]),
        "tests": int(found[2]),
        "smallest_p": float(found[3]),
        "rejected": {name: fails for name, fails, _ in counts},
        "undecided": {name: open_ for name, _, open_ in counts},
    }
    return {"mutants": rows, "right": right}
