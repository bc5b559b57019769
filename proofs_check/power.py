"""The court on trial: planted errors must be convicted, right formulas must not.

``python -m proofs_check.power`` writes ``power.md`` and ``power.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from proofs_check.claims import CLAIMS
from proofs_check.court import judge
from proofs_check.formulas import Formulas
from proofs_check.mutants import MUTANTS, Mutant
from proofs_check.registry import Claim, Setting
from proofs_check.report import plain
from sim.files import write_whole

BY_ID: dict[str, Claim] = {claim.id: claim for claim in CLAIMS}
Measured = dict[str, Any]
Progress = Callable[[str], None]


def verdict(claim: Claim, data: Any, formulas: Formulas, setting: Setting) -> str:
    """The verdict on one claim with given data and formulas; errors are not swallowed."""
    evidence = claim.judge(data, formulas, setting)
    return str(judge([claim], [evidence], setting)["claims"][0]["verdict"])


def convictions(
    mutant: Mutant, measured: Measured, setting: Setting, every: bool = True
) -> dict[str, str]:
    """Verdicts of the claims concerned on one mutant; only the first claim unless ``every``."""
    names = mutant.claims if every else mutant.claims[:1]
    for name in names:
        if name not in measured:
            measured[name] = BY_ID[name].measure(setting)
    wrong = mutant.formulas()
    return {name: verdict(BY_ID[name], measured[name], wrong, setting) for name in names}


def plant(
    mutants: Iterable[Mutant], setting: Setting, every: bool, progress: Progress
) -> list[dict[str, Any]]:
    """One row a mutant: the verdicts, and whether any claim convicts it."""
    measured: Measured = {}
    rows = []
    for mutant in mutants:
        verdicts = convictions(mutant, measured, setting, every)
        convicted = "fails" in verdicts.values()
        rows.append({"mutant": mutant.name, "verdicts": verdicts, "convicted": convicted})
        progress(f"{mutant.name}: {verdicts}")
    return rows


def acquit(claims: Iterable[Claim], roots: Iterable[int], progress: Progress) -> dict[str, Any]:
    """Sampled claims of the right formulas under many root seeds: convictions, smallest p."""
    chosen = list(claims)
    convicted: dict[str, int] = {claim.id: 0 for claim in chosen}
    smallest, runs, tests = 1.0, 0, 0
    for root in roots:
        setting = Setting("quick", root)
        evidence = [c.judge(c.measure(setting), Formulas(), setting) for c in chosen]
        record = judge(chosen, evidence, setting)
        for row in record["claims"]:
            convicted[row["id"]] += row["verdict"] == "fails"
        runs += 1
        tests += record["false_alarms"]["tests"]
        smallest = min([smallest, *(t.p_value for e in evidence for t in e.tests)])
        progress(f"root {root}: {record['fails']} convicted, smallest p so far {smallest:.2g}")
    return {"roots": runs, "tests": tests, "convicted": convicted, "smallest_p": smallest}


def markdown(rows: list[dict[str, Any]], right: dict[str, Any]) -> str:
    """Both tables."""
    caught = sum(row["convicted"] for row in rows)
    lines = [f"# Power: {caught} of {len(rows)} planted errors convicted", ""]
    lines += ["| planted error | verdicts of the claims concerned |", "|---|---|"]
    for row in rows:
        verdicts = ", ".join(f"`{name}`: {v}" for name, v in row["verdicts"].items())
        lines.append(f"| {row['mutant']} | {verdicts} |")
    lines += ["", f"# Right formulas: {right['roots']} root seeds, {right['tests']} tests", ""]
    lines += [f"Smallest p-value: {right['smallest_p']:.3g}.", ""]
    lines += ["| claim | convictions |", "|---|---|"]
    lines += [f"| `{name}` | {count} |" for name, count in right["convicted"].items()]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run both trials; exit 1 if an error escapes or a right formula is convicted."""
    parser = argparse.ArgumentParser(prog="python -m proofs_check.power", description=__doc__)
    parser.add_argument("--roots", type=int, default=200, help="root seeds for right formulas")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the report")
    args = parser.parse_args(arguments)

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    rows = plant(MUTANTS, Setting(), every=True, progress=say)
    sampled = [claim for claim in CLAIMS if claim.kind == "sampled"]
    right = acquit(sampled, range(1, args.roots + 1), say)
    text = markdown(rows, right)
    write_whole(args.out / "power.md", text.encode())
    content = json.dumps(plain({"planted": rows, "right": right}), indent=1) + "\n"
    write_whole(args.out / "power.json", content.encode())
    print(text)
    escaped = any(not row["convicted"] for row in rows) or any(right["convicted"].values())
    return int(escaped)


if __name__ == "__main__":
    sys.exit(main())
