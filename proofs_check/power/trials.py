"""The two halves of the power study: wrong formulas, and right formulas under many root seeds."""

from __future__ import annotations

import functools
import hashlib
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from relabel_lab.proofs_check.claims import CLAIMS
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.holm import rejected as fallen
from relabel_lab.proofs_check.power.mutants import MUTANTS, Mutant
from relabel_lab.proofs_check.registry import Claim, Setting
from relabel_lab.proofs_check.verification import judge

BY_ID: dict[str, Claim] = {claim.id: claim for claim in CLAIMS}
HOME = Path(__file__).resolve().parents[1]
Measured = dict[str, Any]
Progress = Callable[[str], None]


def verdict(claim: Claim, data: Any, formulas: Formulas, setting: Setting) -> str:
    """The verdict on one claim with given data and formulas; errors are not swallowed."""
    evidence = claim.judge(data, formulas, setting)
    return str(judge([claim], [evidence], setting)["claims"][0]["verdict"])


def verdicts_on(
    mutant: Mutant, measured: Measured, setting: Setting, every: bool = True
) -> dict[str, str]:
    """Verdicts of the claims concerned on one mutant; only the first claim unless ``every``."""
    names = mutant.claims if every else mutant.claims[:1]
    for name in names:
        if name not in measured:
            measured[name] = BY_ID[name].measure(setting)
    wrong = mutant.formulas()
    return {name: verdict(BY_ID[name], measured[name], wrong, setting) for name in names}


def tried_on_mutants(name: str) -> dict[str, str]:
    """Verdicts of one claim, measured once, on every mutant that concerns it."""
    claim, setting = BY_ID[name], Setting()
    data = claim.measure(setting)
    concerned = [mutant for mutant in MUTANTS if name in mutant.claims]
    return {m.name: verdict(claim, data, m.formulas(), setting) for m in concerned}


def mutant_rows(by_claim: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    """One row a mutant: the verdicts, and whether any claim rejects it."""
    rows = []
    for mutant in MUTANTS:
        verdicts = {name: by_claim[name][mutant.name] for name in mutant.claims}
        rejected = "fails" in verdicts.values()
        rows.append({"mutant": mutant.name, "verdicts": verdicts, "rejected": rejected})
    return rows


def right_root(root: int, names: Sequence[str]) -> dict[str, Any]:
    """What the right formulas meet under one root seed at quick-level sizes, by claim."""
    setting, found = Setting("quick", root), {}
    for name in names:
        claim = BY_ID[name]
        evidence = claim.judge(claim.measure(setting), Formulas(), setting)
        found[name] = {
            "source": fingerprint(name),
            "p": [float(test.p_value) for test in evidence.tests],
            "refuted": sum(check.ok is False for check in evidence.checks),
            "open": sum(check.ok is None for check in evidence.checks)
            + sum(not test.resolution <= test.needed for test in evidence.tests),
        }
    return {"root": root, "claims": found}


def right_summary(names: Sequence[str], roots: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Rejections and open comparisons by claim; Holm's procedure runs over each root's tests."""
    rejected, undecided = ({name: 0 for name in names} for _ in range(2))
    smallest, runs, tests = 1.0, 0, 0
    for record in roots:
        found = [record["claims"][name] for name in names]
        p_values = [p for claim in found for p in claim["p"]]
        falls = iter(fallen(p_values))
        for name, claim in zip(names, found, strict=True):
            fell = any([next(falls) for _ in claim["p"]])
            rejected[name] += bool(fell or claim["refuted"])
            undecided[name] += bool(claim["open"])
        runs, tests, smallest = runs + 1, tests + len(p_values), min([smallest, *p_values])
    return {
        "roots": runs,
        "tests": tests,
        "rejected": rejected,
        "undecided": undecided,
        "smallest_p": smallest,
    }


@functools.cache
def fingerprint(name: str) -> str:
    """What a claim's trial is made of: its module, the table of formulas and the sampling."""
    module = sys.modules[BY_ID[name].module].__file__
    sources = [Path(str(module)), *HOME.glob("formulas/*.py"), *HOME.glob("sampling/*.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()[:16]
