"""The two trials in several processes; what they found by root seed is kept as it comes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from relabel_lab.proofs_check.claims import SAMPLED
from relabel_lab.proofs_check.power.mutants import MUTANTS
from relabel_lab.proofs_check.power.trials import (
    Progress,
    fingerprint,
    mutant_rows,
    right_root,
    tried_on_mutants,
)
from relabel_lab.proofs_check.report import plain


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
