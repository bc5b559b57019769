"""Try every mutation in a process of its own; a journal keeps what is done, so that it goes on.

``python -m relabel_lab.proofs_check.mutations --out results``: exit 1 if none of the claims
concerned rejects an error.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from relabel_lab.proofs_check.mutations.registry import MUTATIONS

NURSERY = "relabel_lab.proofs_check.mutations.nursery"
Row = dict[str, Any]


def done(journal: Path) -> dict[str, Row]:
    """Mutations rejected in earlier runs; cut-off lines are left out."""
    found: dict[str, Row] = {}
    for line in journal.read_text().splitlines() if journal.exists() else ():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if row["rejected"]:
            found[row["mutation"]] = row
    return found


def tried(numbers: list[int], workers: int, cache: Path) -> Iterator[Row]:
    """The verdicts, as they come: each from a fork that loads the wrong module.

    Args:
        numbers: of the mutations.
        workers: how many are tried at once.
        cache: folder of compiled programs; most of them are those without the error.
    """
    waiting, rows = deque(numbers), SimpleQueue[Row]()
    with ThreadPoolExecutor(workers) as pool:
        ends = [pool.submit(_ask, waiting, rows, cache) for _ in range(workers)]
        for _ in numbers:
            yield rows.get()
        for end in ends:
            end.result()


def _ask(waiting: deque[int], rows: SimpleQueue[Row], cache: Path) -> None:
    """Have one process answer for the mutations that wait."""
    known = {
        "JAX_COMPILATION_CACHE_DIR": str(cache),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.05",
    }
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    command = [sys.executable, "-P", "-W", "ignore", "-m", NURSERY]
    pipe, environment = subprocess.PIPE, {**os.environ, **known, **one}
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        while (number := _next(waiting)) is not None:
            try:
                process.stdin.write(f"{number}\n")
                process.stdin.flush()
                rows.put(json.loads(process.stdout.readline()))
            except (OSError, ValueError) as error:
                name = MUTATIONS[number].name
                rows.put({"mutation": name, "rejected": None, "crash": str(error)})


def _next(waiting: deque[int]) -> int | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


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
    with journal.open("a") as file:
        for row in tried(waiting, args.workers, args.out / "compiled"):
            file.write(json.dumps(row) + "\n")
            file.flush()
            have[row["mutation"]] = row
            print(f"{row['mutation']}: rejected by {row['rejected']}", file=sys.stderr, flush=True)
    rows = [have[MUTATIONS[i].name] for i in chosen]
    caught = sum(bool(row["rejected"]) for row in rows)
    spent = sum(row.get("processor_seconds", 0) for row in rows) / 60
    head = f"{caught} of {len(rows)} rejected in {spent:.0f} minutes of one core."
    text = f"# Mutations\n\n{head}\n\n{table(rows)}\n"
    (args.out / "mutations.md").write_text(text)
    print(text)
    return int(caught < len(rows))


if __name__ == "__main__":
    sys.exit(main())
