"""R15c: the proved chance of an improvement, against draws of the exact law."""

from __future__ import annotations

from fractions import Fraction

from scipy.stats import binom

from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.guarantee.conditional import Question, chance
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting, Test
from relabel_lab.proofs_check.sampling import Cell, sample

Place = tuple[int, int, str, str, str]  # n, r, p, rho, beta

PLACES: tuple[Place, ...] = (
    (85, 100, "1/5", "4", "0"),
    (90, 100, "1/5", "4", "1"),
    (1000, 1000, "1/5", "2", "0"),
)
AT_LEAST = 0.95
COUNTS = 10, 24  # of cells, quick and full


def coverage(place: Place, proved: float, seeds: int, root: tuple[int, ...]) -> Test:
    """Does retraining improve in at least the proved share of the seeds?"""
    n, r, p, rho, beta = place
    cell = Cell(n, r, float(Fraction(p)), float(Fraction(rho)))
    found = sample(cell, seeds, Formulas(), root)
    kappa = found.full if beta == "0" else found.consensus
    held = int((kappa > found.initial).sum())
    name = f"share that improves, (n, r, p, rho, beta) = {place}"
    return Test(name, f">= {proved:.4f}", held / seeds, float(binom.cdf(held, seeds, proved)))


def judge(_: None, f: Formulas, setting: Setting) -> Evidence:
    """What is proved is at least 0.95 where it should be, and held by draws."""
    tests, checks, told = [], [], {}
    for i, place in enumerate(PLACES[: setting.scale(2, len(PLACES))]):
        n, r, *numbers = place
        proved = chance(Question(n, r, *map(Fraction, numbers)), setting.scale(*COUNTS))
        told[str(place)] = proved
        checks.append(Check(f"proved at {place}", f">= {AT_LEAST}", proved, proved >= AT_LEAST))
        tests.append(coverage(place, proved, setting.scale(2000, 20_000), (setting.root, 17, i)))
    return Evidence(tuple(checks), tuple(tests), notes={"proved": told})


CLAIMS = (
    Claim(
        "R15-conditional",
        "enclosure",
        DERIVED,
        r"$P(\kappa>\kappa_0)$ of full and consensus retraining is at least the number that the "
        r"conditional exponential bound gives in balls: 0.95 and more at three problems where it is "
        r"held to draws, at n near twice the smallest at which that is true.",
        {"margin": "constant", "noise": "isotropic", "(n, r, p, rho, beta)": [*map(str, PLACES)]},
        judge,
    ),
)
