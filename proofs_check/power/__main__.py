"""The power of the claims: wrong formulas must be rejected, right formulas must not.

``python -m relabel_lab.proofs_check.power`` writes ``power.md`` and ``power.json``.  Results by root seed are
kept in ``power_roots.jsonl`` as they come; a later run takes up what is there, unless the claim,
the table of formulas or the sampling changed since.  A change of `sim` is not noticed: ``--fresh``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from relabel_lab.proofs_check.claims import SAMPLED
from relabel_lab.proofs_check.power.study import all_mutants, all_roots
from relabel_lab.proofs_check.power.tables import tables
from relabel_lab.proofs_check.power.trials import right_summary
from relabel_lab.proofs_check.report import plain
from relabel_lab.sim.kit import write_whole


def main(arguments: list[str] | None = None) -> int:
    """Run both trials; exit 1 if an error escapes or a right formula is rejected."""
    parser = argparse.ArgumentParser(
        prog="python -m relabel_lab.proofs_check.power", description=__doc__
    )
    parser.add_argument("--roots", type=int, default=200, help="root seeds for right formulas")
    parser.add_argument("--workers", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs kept")
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the report")
    args = parser.parse_args(arguments)
    for name, value in (("roots", args.roots), ("workers", args.workers)):
        if value < 1:
            parser.error(f"--{name} = {value} is not allowed: --{name} must be 1 or more")
    path = args.out / "power_roots.jsonl"
    if args.fresh:
        path.unlink(missing_ok=True)

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    spawn = multiprocessing.get_context("spawn")  # forking a process that runs JAX can hang
    with ProcessPoolExecutor(args.workers, mp_context=spawn) as pool:
        rows = all_mutants(pool, say)
        right = right_summary(SAMPLED, all_roots(range(1, args.roots + 1), path, pool, say))
    record = plain({"mutants": rows, "right": right})
    write_whole(args.out / "power.json", (json.dumps(record, indent=1) + "\n").encode())
    text = f"# Power of the claims\n\n{tables(record)}\n"
    write_whole(args.out / "power.md", text.encode())
    print(text)
    escaped = any(not row["rejected"] for row in rows) or any(right["rejected"].values())
    return int(escaped)


if __name__ == "__main__":
    sys.exit(main())
