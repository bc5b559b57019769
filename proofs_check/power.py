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
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from relabel_lab.proofs_check.claims import SAMPLED
from relabel_lab.proofs_check.mutants import MUTANTS
from relabel_lab.proofs_check.power_tables import tables
from relabel_lab.proofs_check.report import plain
from relabel_lab.proofs_check.trials import (
    Progress,
    fingerprint,
    mutant_rows,
    right_root,
    right_summary,
    tried_on_mutants,
)
from relabel_lab.sim.kit import write_whole


def kept(path: Path) -> dict[int, dict[str, Any]]:
    """Claims by root from earlier runs; claims that changed since, and cut-off lines, are left out."""
    current = {name: fingerprint(name) for name in SAMPLED}
    found: dict[int, dict[str, Any]] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            record = json.loads(line)
        except json.JSONDecodeError:  # the last line of a run that was killed
            continue
        still = {
            name: claim
            for name, claim in record["claims"].items()
            if claim["source"] == current.get(name)
        }
        found.setdefault(record["root"], {}).update(still)
    return found


def all_roots(
    roots: Sequence[int], path: Path, pool: ProcessPoolExecutor, say: Progress
) -> Iterator[dict[str, Any]]:
    """Every root's record in order, from ``path`` or tried now; new ones are appended to it."""
    have = kept(path)
    missing = [[n for n in SAMPLED if n not in have.get(root, {})] for root in roots]
    waiting = [
        pool.submit(right_root, r, m) if m else None for r, m in zip(roots, missing, strict=True)
    ]
    start, fresh = time.monotonic(), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        for root, future in zip(roots, waiting, strict=True):
            claims = dict(have.get(root, {}))
            if future is not None:
                record = future.result()
                file.write(json.dumps(plain(record)) + "\n")
                file.flush()
                claims |= record["claims"]
                fresh += 1
                pace = (time.monotonic() - start) / fresh
                say(f"root {root} of {roots[-1]}: tried, {pace:.1f} s a root")
            yield {"root": root, "claims": claims}


def all_mutants(pool: ProcessPoolExecutor, say: Progress) -> list[dict[str, Any]]:
    """Verdicts on every mutant; a claim is measured once and tried on all that concern it."""
    names = list(dict.fromkeys(name for mutant in MUTANTS for name in mutant.claims))
    by_claim = {}
    for name, verdicts in zip(names, pool.map(tried_on_mutants, names), strict=True):
        by_claim[name] = verdicts
        caught = sum(v == "fails" for v in verdicts.values())
        say(f"{name}: rejects {caught} of {len(verdicts)} wrong formulas")
    return mutant_rows(by_claim)


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
