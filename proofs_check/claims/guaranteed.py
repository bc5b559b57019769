"""R15: the finite-sample guarantee, its coverage, the region it certifies and how tight it is."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from scipy.stats import binom

from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.guarantee import certified, least_certified
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting, Test
from relabel_lab.proofs_check.sampling import Cell, Results, sample

DELTA = Fraction(1, 20)
COVERED = ((2000, 500, "3/10", "2"), (4000, 400, "2/5", "2"), (6000, 1000, "2/5", "2"))
REGION_P = ("1/10", "1/5", "3/10", "2/5", "9/20", "49/100")
REGION_RHO = ("1", "3/2", "2", "4")
TIGHT = ((1000, "2/5", "2"), (1000, "3/10", "2"), (10_000, "2/5", "2"))

Place = tuple[int, int, str, str]
Drawn = dict[Place, Results]


def measure(setting: Setting) -> Drawn:
    """Draws from the exact law at the places where coverage is tried."""
    seeds = setting.scale(500, 20_000)
    return {
        place: sample(_cell(*place), seeds, Formulas(), (setting.root, 15, i))
        for i, place in enumerate(COVERED)
    }


def _cell(n: int, r: int, p: str, rho: str) -> Cell:
    return Cell(n, r, float(Fraction(p)), float(Fraction(rho)))


def true_size(r: int, p: str, rho: str, f: Formulas, setting: Setting) -> int:
    """Smallest n, within 3 %, at which a share 0.95 of seeds improves."""
    low, high, seeds = 4, 10**5, setting.scale(300, 3000)

    def improved(n: int) -> float:
        found = sample(_cell(n, r, p, rho), seeds, f, (setting.root, 16, n))
        return float(np.mean(found.full > found.initial))

    while high > 1.03 * low:
        middle = int((low * high) ** 0.5)
        low, high = (low, middle) if improved(middle) >= 1 - float(DELTA) else (middle, high)
    return high


def coverage_test(place: Place, ratio: Array, bound: float) -> Test:
    """Does kappa_1 >= L kappa_0 hold in at least 1 - delta of the seeds?"""
    held = int((ratio >= bound).sum())
    p_value = float(binom.cdf(held, len(ratio), 1 - float(DELTA)))
    name = f"share with kappa_1 >= {bound:.4f} kappa_0, (n, r, p, rho) = {place}"
    return Test(name, f">= {1 - float(DELTA)}", held / len(ratio), p_value)


def judge(drawn: Drawn, f: Formulas, setting: Setting) -> Evidence:
    """Coverage; the bound stays under the limit; the region; certified against true n."""
    tests, checks = [], []
    for place, found in drawn.items():
        n, r, p, rho = place
        bound = certified(n, r, Fraction(p), Fraction(rho), DELTA)
        tests.append(coverage_test(place, found.full / found.initial, bound))
        at = float(Fraction(p)), float(Fraction(rho)), n / r
        limit = float(f.full(*at) / f.initial(*at))
        checks.append(
            Check(f"bound below the limit, {place}", f"< {limit:.4f}", bound, bound < limit)
        )
    tight = [_tightness(*place, f, setting) for place in TIGHT]
    for row in tight:
        name = f"certified n at (r, p, rho) = {row['place']}"
        found_n = row["certified"]
        checks.append(
            Check(name, "true <= n <= 1e8", row, bool(found_n and found_n >= row["true"]))
        )
    return Evidence(
        tuple(checks), tuple(tests), notes={"tightness": tight, "region": region(setting)}
    )


def _tightness(r: int, p: str, rho: str, f: Formulas, setting: Setting) -> dict[str, Any]:
    found = least_certified(r, Fraction(p), Fraction(rho), DELTA)
    true = true_size(r, p, rho, f, setting)
    ratio = None if found is None else found / true
    return {"place": (r, p, rho), "certified": found, "true": true, "ratio": ratio}


def region(setting: Setting) -> dict[str, Any]:
    """Least certified n (None above 1e8) over p and rho, for one or three values of r."""
    sizes = (1000,) if setting.level == "quick" else (100, 1000, 10_000)
    return {
        f"r={r} p={p} rho={rho}": least_certified(r, Fraction(p), Fraction(rho), DELTA)
        for r in sizes
        for p in REGION_P
        for rho in REGION_RHO
    }


CLAIMS = (
    Claim(
        "R15-guarantee",
        "enclosure",
        DERIVED,
        r"With probability at least $1-\delta$, $\kappa_1\ge L(n,r,\rho,p,\delta)\,\kappa_0$ with an "
        r"explicit $L$ computed in balls; $L>1$ certifies improvement.",
        {"margin": "constant", "noise": "isotropic", "delta": str(DELTA), "n": "<= 1e8"},
        judge,
        measure,
    ),
)
