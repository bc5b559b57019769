"""R15: the finite-sample guarantee, its coverage, the region it certifies and how tight it is."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from scipy.stats import binom, chi2

from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.guarantee import certified, least_certified
from relabel_lab.proofs_check.reference import (
    binomial_edge,
    log_moment,
    lower_bound,
    radius_edge,
)
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting, Test
from relabel_lab.proofs_check.sampling import Cell, Results, sample

DELTA = Fraction(1, 20)
COVERED = ((2000, 500, "3/10", "2"), (4000, 400, "2/5", "2"), (6000, 1000, "2/5", "2"))
REGION_P = ("1/10", "1/5", "3/10", "2/5", "9/20", "49/100")
REGION_RHO = ("1", "3/2", "2", "4")
# no positive L is certain here: in the second the bound itself is negative
NOTHING = ((10, 5, "49/100", "2"), (400, 50, "2/5", "1/5"))
GRIDS = (2, 4, 8, 16)
WIDER = 0.005  # what balls lose against intervals
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


def number_check(place: Place, bound: float | None) -> Check:
    """L against its second implementation, which may be larger by what balls lose."""
    n, r, p, rho = place
    at = n, r, float(Fraction(p)), float(Fraction(rho)), float(DELTA)
    tried = [lower_bound(*at, size, min(size, 8)) for size in GRIDS]
    known = max((x for x in tried if x is not None), default=None)
    name = f"L at (n, r, p, rho) = {place}"
    if known is None or bound is None:
        return Check(name, known, bound, known is bound)
    return Check(name, known, bound, (1 - WIDER) * known <= bound <= (1 + 1e-6) * known)


def tail_checks() -> list[Check]:
    """The bounds behind both implementations against exact tails and quadrature."""
    x, checks = 8.0, []
    for count, q in ((1000, 0.3), (200, 0.02)):
        for side in (-1, 1):
            edge = round(binomial_edge(count, q, side, x) * count)
            tail = binom.sf(edge, count, q) if side > 0 else binom.cdf(edge - 1, count, q)
            name = f"tail of Bin({count}, {q}), side {side:+d}"
            checks.append(Check(name, "<= e^-8", tail, tail <= np.exp(-x)))
    for side, tail_of in ((-1, chi2.cdf), (1, chi2.sf)):
        tail = float(tail_of(radius_edge(50, side, x) * 50, 50))
        checks.append(
            Check(f"tail of chi^2_50, side {side:+d}", "<= e^-8", tail, tail <= np.exp(-x))
        )
    g = np.linspace(-14, 14, 400_001)
    values = np.exp(0.3 * (np.sign(g + 0.7) - 0.35) * g - g**2 / 2) / np.sqrt(2 * np.pi)
    moment, found = (
        np.log(np.trapezoid(values, g)),
        float(log_moment(0.7, np.array([0.3]), 0.35)[0]),
    )
    checks.append(Check("log-moment", moment, found, abs(found - moment) < 1e-4))
    return checks


def judge(drawn: Drawn, f: Formulas, setting: Setting) -> Evidence:
    """Coverage; L a second time; it stays under the limit; the region; certified against true n."""
    tests, checks = [], [*(number_check(x, _certified(x)) for x in NOTHING), *tail_checks()]
    for place, found in drawn.items():
        n, r, p, rho = place
        bound = _certified(place)
        checks.append(number_check(place, bound))
        if bound is None:
            continue
        tests.append(coverage_test(place, found.full / found.initial, bound))
        at = float(Fraction(p)), float(Fraction(rho)), n / r
        limit = float(f.full(*at) / f.initial(*at))
        checks.append(
            Check(f"bound below the limit, {place}", f"< {limit:.4f}", bound, bound < limit)
        )
    tight = [_tightness(*place, f, setting) for place in TIGHT[: setting.scale(1, len(TIGHT))]]
    for row in tight:
        name = f"certified n at (r, p, rho) = {row['place']}"
        found_n = row["certified"]
        checks.append(
            Check(name, "true <= n <= 1e8", row, bool(found_n and found_n >= row["true"]))
        )
    return Evidence(
        tuple(checks), tuple(tests), notes={"tightness": tight, "region": region(setting)}
    )


def _certified(place: Place) -> float | None:
    n, r, p, rho = place
    return certified(n, r, Fraction(p), Fraction(rho), DELTA)


def _tightness(r: int, p: str, rho: str, f: Formulas, setting: Setting) -> dict[str, Any]:
    found = least_certified(r, Fraction(p), Fraction(rho), DELTA)
    true = true_size(r, p, rho, f, setting)
    ratio = None if found is None else found / true
    return {"place": (r, p, rho), "certified": found, "true": true, "ratio": ratio}


def region(setting: Setting) -> dict[str, Any]:
    """Least certified n (None above 1e8) over p and rho; three values of r at level full alone."""
    sizes = () if setting.level == "quick" else (100, 1000, 10_000)
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
        r"explicit $L>0$ computed in balls, none where no positive one is certain; $L>1$ certifies "
        r"improvement. Its numbers stand a second implementation at five problems, its coverage draws "
        r"at three.",
        {
            "margin": "constant",
            "noise": "isotropic",
            "delta": str(DELTA),
            "n": "<= 1e8",
            "(n, r, p, rho)": [*map(str, (*COVERED, *NOTHING))],
        },
        judge,
        measure,
    ),
)
