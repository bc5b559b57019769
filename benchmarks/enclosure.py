"""Certified phase diagrams: boxes a second on one core, and re-check against search."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

from relabel_lab.proofs_check.claims.phase import ALLOWED, ALPHAS, WANTED
from relabel_lab.proofs_check.enclosure import COMPARISONS, Slice, prepare, search, verify


def run() -> list[dict[str, Any]]:
    """All slices of all comparisons at the quick level, in one process."""
    start = time.perf_counter()
    prepare()
    tables = time.perf_counter() - start
    evaluated, searching, checking, faults, slowest = 0, 0.0, 0.0, 0, float("inf")
    for comparison in COMPARISONS:
        for alpha in ALPHAS:
            boxes, found, again, wrong = _slice(comparison, alpha)
            evaluated += boxes
            searching += found
            checking += again
            faults += wrong
            slowest = min(slowest, boxes / found)
    return [
        _row("enclosure: boxes", evaluated / searching, "1/s", 2e5),
        _row("enclosure: boxes, slowest slice", slowest, "1/s", 2e5),
        _row("enclosure: re-check time / search time", checking / searching, "", 1.0),
        _row("enclosure: search of all slices", searching, "s", None),
        _row("enclosure: tables of the Mills ratio", tables, "s", None),
        _row("enclosure: faulty certificates", faults, "", 0),
    ]


def _row(name: str, value: float, unit: str, target: float | None) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "target": target}


def _slice(comparison: str, alpha: Fraction) -> tuple[int, float, float, int]:
    where = Slice(comparison, alpha)
    start = time.perf_counter()
    partition, boxes = search(where, WANTED)
    found = time.perf_counter() - start
    content = partition.save()
    start = time.perf_counter()
    faults = verify(content, where, ALLOWED)
    return boxes, found, time.perf_counter() - start, len(faults)
