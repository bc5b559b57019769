"""Certified phase diagrams: which scheme, and which labels, are better where (constant margin)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from relabel_lab.proofs_check.enclosure import (
    P_RANGE,
    RHO_RANGE,
    Partition,
    Slice,
    audit,
    search,
    verify,
)
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting

ALPHAS = tuple(Fraction(a) for a in ("1/10", "1/2", "1", "2", "10", "100"))
ALLOWED = Fraction(5, 1000)
WANTED = Fraction(45, 10000)
FOLDS = 5
AUDITED = (40, 400)
BOTH_WAYS = ("consensus-full", "consensus-predicted")


def measure(name: str, setting: Setting) -> dict[Fraction, Partition]:
    """Search the partition of every slice; involves no formula of the table."""
    wanted = WANTED if setting.level == "quick" else WANTED / 4
    return {alpha: search(Slice(name, alpha), wanted)[0] for alpha in ALPHAS}


def table_difference(name: str, f: Formulas, p: Any, rho: Any, alpha: float) -> Any:
    """The comparison according to the table of formulas."""
    first, second = name.split("-")
    values: dict[str, Callable[..., Any]] = {
        "initial": f.initial,
        "full": f.full,
        "consensus": f.consensus,
        "crossfit": partial(f.crossfit, FOLDS),
    }
    if second == "given":
        return f.predicted_accuracy(p, rho, alpha) - (1 - p)
    if second == "predicted":
        return f.consensus_accuracy(p, rho, alpha) - f.predicted_accuracy(p, rho, alpha)
    return values[first](p, rho, alpha) - values[second](p, rho, alpha)


def _table_check(partition: Partition, f: Formulas) -> Check:
    """Signs of the table at the centres of the decided boxes; rounding of the table allowed for."""
    s, decided = partition.slice, partition.sign != 0
    scale = 2.0 ** -partition.level[decided]
    p = float(s.p[0]) + float(s.p[1] - s.p[0]) * (partition.i[decided] + 0.5) * scale
    rho = float(s.rho[0]) + float(s.rho[1] - s.rho[0]) * (partition.j[decided] + 0.5) * scale
    value = table_difference(s.comparison, f, p, rho, float(s.alpha))
    magnitude = 1.0 + f.initial(p, rho, float(s.alpha))
    wrong = int((value * partition.sign[decided] < -1e-12 * magnitude).sum())
    name = f"alpha = {s.alpha}: table against {int(decided.sum())} boxes"
    return Check(name, "0 signs differ", wrong, wrong == 0)


def _audit_check(alpha: Fraction, tally: dict[str, int], wanted: int) -> Check:
    """All boxes drawn are proved again; an open one leaves the claim undecided."""
    ok = False if tally["contradicted"] else True if tally["proved"] >= wanted else None
    return Check(f"alpha = {alpha}: boxes proved again in Arb", wanted, tally, ok)


def judge(
    name: str, partitions: dict[Fraction, Partition], formulas: Formulas, setting: Setting
) -> Evidence:
    """Certificates are saved, read back, verified, audited in Arb and held against the table."""
    checks, notes, saved = [], {}, {}
    for alpha, partition in partitions.items():
        content = partition.save()
        faults = verify(content, Slice(name, alpha), ALLOWED)
        undecided = partition.area(0) > ALLOWED
        ok = False if faults and not undecided else None if undecided else True
        checks.append(Check(f"alpha = {alpha}: certificate", "no fault", faults or "none", ok))
        tally = audit(partition, setting.scale(*AUDITED), setting.root)
        checks.append(_audit_check(alpha, tally, setting.scale(*AUDITED)))
        checks.append(_table_check(partition, formulas))
        if name in BOTH_WAYS:
            shares = [float(partition.area(1)), float(partition.area(-1))]
            checks.append(Check(f"alpha = {alpha}: both signs", "> 0", shares, min(shares) > 0))
        notes[f"alpha = {alpha}"] = {
            "helps": float(partition.area(1)),
            "harms": float(partition.area(-1)),
            "undecided": float(partition.area(0)),
            "boxes": len(partition.level),
            "arb": tally,
        }
        saved[f"alpha-{float(alpha):g}.npz"] = content
    return Evidence(tuple(checks), notes=notes, certificates=saved)


STATEMENTS = {
    "full-initial": r"where full retraining beats the initial model ($\kappa_1>\kappa_0$)",
    "consensus-initial": r"where consensus retraining beats the initial model",
    "consensus-full": r"where consensus beats full retraining; both regions are non-empty at all six alpha, so "
    r"'consensus is best' is not a law of the averaging classifier",
    "crossfit-full": r"where five-fold cross-fitted retraining beats full retraining (R10)",
    "predicted-given": r"where the predicted training labels are more accurate than the given ones",
    "consensus-predicted": r"where the labels of the consensus set are more accurate than the "
    r"predicted labels of all samples, and where they are dirtier; both occur at all six alpha",
}


def _claim(name: str, statement: str) -> Claim:
    return Claim(
        f"phase-{name}",
        "enclosure",
        DERIVED,
        f"Certified map in the proportional limit: {statement}; undecided area at most 0.5 % of "
        r"each of six slices; 40 boxes of a slice (400 at full) are proved again in Arb by other code.",
        {
            "p": [str(x) for x in P_RANGE],
            "rho": [str(x) for x in RHO_RANGE],
            "alpha": [str(x) for x in ALPHAS],
            "margin": "constant",
        },
        partial(judge, name),
        partial(measure, name),
    )


CLAIMS = tuple(_claim(name, statement) for name, statement in STATEMENTS.items())
