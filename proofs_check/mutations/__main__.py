"""Try every mutation in a process of its own; a journal keeps what is done, so that it goes on.

``python -m relabel_lab.proofs_check.mutations --out results``: exit 1 if none of the claims
concerned rejects an error.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from relabel_lab.proofs_check.mutations.registry import MUTATIONS

TRIAL = "relabel_lab.proofs_check.mutations.trial"


def done(journal: Path) -> dict[str, dict[str, Any]]:
    """Mutations rejected in earlier runs; cut-off lines are left out."""
    found: dict[str, dict[str, Any]] = {}
    for line in journal.read_text().splitlines() if journal.exists() else ():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if row["rejected"]:
            found[row["mutation"]] = row
    return found


def tried(number: int) -> dict[str, Any]:
    """The verdict on one mutation, from a process that loads the wrong module."""
    command = [sys.executable, "-P", "-m", TRIAL, str(number)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        last = finished.stderr.strip().splitlines()[-1:]
        return {"mutation": MUTATIONS[number].name, "rejected": None, "crash": last}
    row: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return row


def table(rows: list[dict[str, Any]]) -> str:
    """A Markdown table, one line a mutation."""
    lines = ["| mutation | rejected by | comparison | expected | found |", "|---|---|---|---|---|"]
    for row in rows:
        cells = [row.get(key) or "" for key in ("comparison", "expected", "found")]
        by = f"`{row['rejected']}`" if row["rejected"] else "**none**"
        lines.append(f"| {row['mutation']} | {by} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run what the journal lacks and write ``mutations.md``."""
    parser = argparse.ArgumentParser(prog="python -m relabel_lab.proofs_check.mutations")
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--only", help="mutations whose name contains this")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs kept")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the report")
    args = parser.parse_args(arguments)
    args.out.mkdir(parents=True, exist_ok=True)
    journal = args.out / "mutations.jsonl"
    if args.fresh:
        journal.unlink(missing_ok=True)
    chosen = [i for i, m in enumerate(MUTATIONS) if (args.only or "") in m.name]
    have = done(journal)
    waiting = [i for i in chosen if MUTATIONS[i].name not in have]
    with ThreadPoolExecutor(args.workers) as pool, journal.open("a") as file:
        for row in pool.map(tried, waiting):
            file.write(json.dumps(row) + "\n")
            file.flush()
            have[row["mutation"]] = row
            print(f"{row['mutation']}: rejected by {row['rejected']}", file=sys.stderr, flush=True)
    rows = [have[MUTATIONS[i].name] for i in chosen]
    caught = sum(bool(row["rejected"]) for row in rows)
    text = f"# Mutations\n\n{caught} of {len(rows)} rejected.\n\n{table(rows)}\n"
    (args.out / "mutations.md").write_text(text)
    print(text)
    return int(caught < len(rows))


if __name__ == "__main__":
    sys.exit(main())
