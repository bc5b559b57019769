"""Try claims: gather evidence, apply one false-alarm budget, reach verdicts, write the record."""

from __future__ import annotations

import pickle
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from relabel_lab.proofs_check.claims import CLAIMS
from relabel_lab.proofs_check.findings import described
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.holm import BUDGET, POWER, rejected
from relabel_lab.proofs_check.registry import Claim, Evidence, Setting, choose
from relabel_lab.proofs_check.report import plain, write_record
from relabel_lab.proofs_check.worker import Worker
from relabel_lab.sim.kit import reject

Progress = Callable[[str], None]


def try_claims(
    level: str = "quick",
    only: Iterable[str] | None = None,
    progress: Progress | None = None,
    out: str | Path | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Try the claims and return the record that the command line prints.

    Args:
        level: ``quick`` (finds deviations of 1 %) or ``full`` (0.1 %).
        only: ids of the claims to try; all if None.
        progress: called with one line of text when a claim starts and when it ends.
        out: folder for ``claims.md``, ``claims.json`` and ``certificates/``; nothing is
            written if None.
        workers: 2 tries claims in a second process beside this one.

    Returns:
        ``{"level", "claims": [{"id", "source", "statement", "evidence", "paper", "finding",
        "proved", "regime", "figure", "verdict", "details"}], "holds", "fails", "undecided"}``.

    Raises:
        ValueError: for an unknown level or claim id, naming what is known.
    """
    setting = _setting(level)
    chosen = choose(CLAIMS, only)
    evidence = gather_all(chosen, setting, progress, workers)
    record = judge(chosen, evidence, setting)
    if out is not None:
        write_record(Path(out), record, chosen, evidence)
    return record


def listed(only: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The claims by themselves, untried: names, statements, domains and how they are proved."""
    return [
        {
            "id": claim.id,
            "source": claim.source,
            "statement": claim.statement,
            **described(claim),
            "domain": plain(claim.domain),
        }
        for claim in choose(CLAIMS, only)
    ]


def _setting(level: str) -> Setting:
    if level == "quick":
        return Setting("quick")
    if level == "full":
        return Setting("full")
    raise reject("level", level, "quick or full")


def gather_all(
    claims: Sequence[Claim], setting: Setting, progress: Progress | None, workers: int = 1
) -> list[Evidence | str]:
    """The evidence of all claims; a second process takes them from the end of the list."""
    waiting, total = deque(enumerate(claims, 1)), len(claims)
    found: dict[int, Evidence | str] = {}

    def here() -> None:
        while pair := _taken(waiting.popleft):
            step, claim = pair
            found[step] = gather(claim, setting, step, total, progress)

    if workers > 1:
        worker = Worker(setting)
        beside = threading.Thread(
            target=_beside, args=(worker, waiting, found, progress, total), daemon=True
        )
        try:
            beside.start()
            here()
            beside.join()
        finally:
            worker.stop()
    here()  # what the other process left, if it ended early
    return [found[step] for step in range(1, total + 1)]


def _taken(take: Callable[[], tuple[int, Claim]]) -> tuple[int, Claim] | None:
    try:
        return take()
    except IndexError:
        return None


def _beside(
    worker: Worker,
    waiting: deque[tuple[int, Claim]],
    found: dict[int, Evidence | str],
    progress: Progress | None,
    total: int,
) -> None:
    say = progress or (lambda _: None)
    while pair := _taken(waiting.pop):
        step, claim = pair
        try:
            found[step] = worker.gather(claim.id)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            waiting.append((step, claim))
            return
        say(f"[{step}/{total}] {claim.id}: {_state(found[step])}")


def gather(
    claim: Claim, setting: Setting, step: int = 1, total: int = 1, progress: Progress | None = None
) -> Evidence | str:
    """The evidence of one claim under the right formulas, or the traceback of a crash."""
    say = progress or (lambda _: None)
    say(f"[{step}/{total}] {claim.id}: {claim.kind} …")
    try:
        found: Evidence | str = claim.judge(claim.measure(setting), Formulas(), setting)
    except Exception:  # a crash must reach the record as undecided, never as silence
        found = traceback.format_exc()
    say(f"[{step}/{total}] {claim.id}: {_state(found)}")
    return found


def _state(found: Evidence | str) -> str:
    return "crashed" if isinstance(found, str) else f"{_size(found)} comparisons"


def _size(evidence: Evidence) -> int:
    return len(evidence.checks) + len(evidence.tests)


def judge(
    claims: Sequence[Claim], evidence: Sequence[Evidence | str], setting: Setting
) -> dict[str, Any]:
    """Verdicts on all claims together: Holm's procedure runs over every test of the run."""
    p_values = [t.p_value for e in evidence if isinstance(e, Evidence) for t in e.tests]
    falls = iter(rejected(p_values))
    rows = [_row(claim, found, falls) for claim, found in zip(claims, evidence, strict=True)]
    verdicts = [row["verdict"] for row in rows]
    counts = {name: verdicts.count(name) for name in ("holds", "fails", "undecided")}
    budget = {"family_wise": BUDGET, "tests": len(p_values), "procedure": "Holm", "power": POWER}
    return {"level": setting.level, "claims": rows, **counts, "false_alarms": budget}


def _row(claim: Claim, found: Evidence | str, falls: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": claim.id,
        "source": claim.source,
        "statement": claim.statement,
        "evidence": claim.kind,
        **described(claim),
    }
    if isinstance(found, str):
        return row | {
            "verdict": "undecided",
            "details": {"domain": plain(claim.domain), "crash": found},
        }
    verdict, details = weigh(found, [next(falls) for _ in found.tests])
    return row | {"verdict": verdict, "details": plain({"domain": claim.domain, **details})}


def weigh(found: Evidence, falls: Sequence[bool]) -> tuple[str, dict[str, Any]]:
    """Verdict and details from the comparisons; no comparison at all decides nothing."""
    refuted: list[Any] = [c for c in found.checks if c.ok is False]
    refuted += [t for t, fell in zip(found.tests, falls, strict=True) if fell]
    open_: list[Any] = [c for c in found.checks if c.ok is None]
    open_ += [t for t in found.tests if not t.resolution <= t.needed]
    verdict = "fails" if refuted else "undecided" if open_ or not _size(found) else "holds"
    return verdict, {
        "comparisons": _size(found),
        "refuted": [_show(x) for x in refuted],
        "open": [_show(x) for x in open_],
        "smallest_p": min((t.p_value for t in found.tests), default=None),
        "numbers": [_show(x) for x in _telling(found)],
        "tests": [_show(t) for t in found.tests],
        "certificates": sorted(found.certificates),
        **found.notes,
    }


def _telling(found: Evidence) -> list[Any]:
    """Three comparisons that stand for all: the first checks and the least probable test."""
    least = sorted(found.tests, key=lambda t: t.p_value)[:1]
    return [*found.checks[: 3 - len(least)], *least]


def _show(comparison: Any) -> dict[str, Any]:
    shown = {"name": comparison.name, "expected": comparison.expected, "found": comparison.found}
    if hasattr(comparison, "p_value"):
        shown |= {"p_value": comparison.p_value, "resolution": comparison.resolution}
    return shown
