r"""R16: Remark 4.10's window.

In this model the remark's quantity is \(L = d/(\rho^2(1-2p)^2)\) up to constants, and
\(n/L = \kappa_0^2\) in the limit (r for d): the lower end asks for \(\kappa_0^2\ge C\log L\).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from flint import arb

from proofs_check.balls import ball, central, density, precision, prove_negative
from proofs_check.enclosure.audit import values_at
from proofs_check.formulas import Formulas
from proofs_check.registry import PAPER, Check, Claim, Evidence, Setting
from proofs_check.sampling.compare import at_least
from proofs_check.sampling.engines import draw
from proofs_check.sampling.exact_law import Cell, Results, sample

SUFFICIENT = Fraction(11, 10)
TOO_SMALL = Fraction(9, 10)
MOST_E = Fraction(1, 5)
LOWER = (Cell(7600, 10, 0.4, 0.5), Cell(21_500, 100, 0.4, 1.0), Cell(9900, 50, 0.45, 2.0))


def measure_lower(setting: Setting) -> dict[Cell, Results]:
    """Finite n at 1.1 L log L."""
    seeds = setting.scale(200, 4000)
    return {
        cell: sample(cell, seeds, Formulas(), (setting.root, 8, i)) for i, cell in enumerate(LOWER)
    }


def boundary_excess(kappa: arb) -> arb:
    r"""\(\rho^*(\kappa)\) minus the smallest rho that the window allows at kappa (r = 1, e = 1/5)."""
    allowed = (-kappa * kappa / (2 * ball(SUFFICIENT))).exp() / ball(MOST_E)
    return 2 * kappa * density(kappa) / central(kappa) - allowed


def judge_lower(drawn: dict[Cell, Results], f: Formulas, setting: Setting) -> Evidence:
    """C = 1.1 suffices in the population limit for e <= 1/5; C = 0.9 does not; finite n sampled."""
    with precision(120):
        pieces, left = prove_negative(boundary_excess, Fraction(1, 4), Fraction(12))
        counter = _counterexample(Fraction(8), 10, f)
    checks = [
        Check("C = 1.1 on 1/4 <= kappa_0 <= 12", "proved", str(left), left is None),
        *_ends(),
        *counter,
    ]
    tests = [
        at_least(f"mean log kappa_1/kappa_0 at {cell}", np.log(r.full / r.initial), 0.0)
        for cell, r in drawn.items()
    ]
    return Evidence(tuple(checks), tuple(tests), notes={"pieces": len(pieces)})


def _ends() -> list[Check]:
    """kappa < 1/4: rho* < 1 (R6).  kappa > 12: the ratio of both sides only grows."""
    with precision():
        allowed = (-arb(1) / 32 / ball(SUFFICIENT)).exp() / ball(MOST_E)
        at_twelve = boundary_excess(arb(12))
    growing = Fraction(1, 12) < 12 * (1 - 1 / SUFFICIENT)  # d/dk of log k against k^2 (1-1/C)/2
    return [
        Check("C = 1.1 below 1/4: allowed rho > 1", "> 1", float(allowed.mid()), bool(allowed > 1)),
        Check("C = 1.1 at 12", "< 0", float(at_twelve.mid()), bool(at_twelve < 0)),
        Check("C = 1.1 beyond 12", "margin grows", growing, growing),
    ]


def _counterexample(kappa: Fraction, r: int, f: Formulas) -> list[Check]:
    """A place with n >= 0.9 L log L where retraining loses, in balls and by the table."""
    log_rho_e = -float(kappa**2 / (2 * TOO_SMALL)) + float(np.log(r)) / 2
    rho = Fraction(int(np.exp(log_rho_e) / float(MOST_E) * 1.01 * 10**30), 10**30)
    alpha = (kappa / (rho * MOST_E)) ** 2
    p = (1 - MOST_E) / 2
    size = ball(Fraction(r) / (rho * MOST_E) ** 2)
    inside = ball(alpha * r) - ball(TOO_SMALL) * size * size.log()
    values = values_at(ball(p), ball(rho), alpha)
    loss = values["initial"] - values["full"]
    table = float(f.initial(float(p), float(rho), float(alpha)))
    table -= float(f.full(float(p), float(rho), float(alpha)))
    same = abs(table - float(loss.mid())) < 1e-6
    return [
        Check("C = 0.9: the place is inside", "> 0", float(inside.mid()), bool(inside > 0)),
        Check("C = 0.9: retraining loses there", "> 0", float(loss.mid()), bool(loss > 0)),
        Check("C = 0.9: the table agrees", float(loss.mid()), table, same),
    ]


UPPER_R, UPPER_P, UPPER_RHO = 5, 0.4, 4.0


def _upper_cells() -> dict[int, Cell]:
    end = (UPPER_R + 1) ** 2 / (UPPER_RHO * (1 - 2 * UPPER_P)) ** 2
    return {
        times: Cell(round(times * end), UPPER_R, UPPER_P, UPPER_RHO)
        for times in (10**2, 10**4, 10**6)
    }


def measure_upper(setting: Setting) -> dict[int, Results]:
    """Exact law far beyond the upper end."""
    seeds = {10**2: 400, 10**4: 40, 10**6: setting.scale(2, 12)}
    return {
        times: draw(cell, "dice", seeds[times], setting.root)
        for times, cell in _upper_cells().items()
    }


def judge_upper(drawn: dict[int, Results], f: Formulas, setting: Setting) -> Evidence:
    """The gain in log kappa is positive far beyond the upper end, in the law and in the table."""
    checks, tests = [], []
    for times, found in drawn.items():
        gain = np.log(found.full / found.initial)
        cell = _upper_cells()[times]
        at = (cell.p, cell.rho, cell.n / cell.r)
        ratio = float(f.full(*at) / f.initial(*at))
        checks.append(Check(f"limit of kappa_1/kappa_0 at {times:g} x", "> 1", ratio, ratio > 1))
        share = float((gain > 0).mean())
        checks.append(Check(f"share improved at {times:g} x", ">= 0.95", share, share >= 0.95))
        tests.append(at_least(f"mean log kappa_1/kappa_0 at {times:g} x", gain, 0.0))
    return Evidence(tuple(checks), tuple(tests))


CLAIMS = (
    Claim(
        "window-lower-end",
        "enclosure",
        PAPER,
        r"Remark 4.10, lower end: with $L = d/(\rho^2(1-2p)^2)$ and $n \ge C L\log L$ retraining wins "
        r"for $1-2p\le 1/5$; in the population limit $C = 1.1$ suffices and no $C < 1$ does "
        r"(certified at 0.9).",
        {"1-2p": "(0, 1/5]", "r": ">= 1", "limit": "population; finite n sampled"},
        judge_lower,
        measure_lower,
    ),
    Claim(
        "window-upper-end",
        "sampled",
        PAPER,
        r"Remark 4.10, upper end, is not necessary: $\kappa_1>\kappa_0$ at $10^2, 10^4, 10^6$ times "
        r"$d^2/(\rho^2(1-2p)^2)$ (the remark gives a sufficient window; nothing here contradicts it).",
        {"cells": [str(cell) for cell in _upper_cells().values()]},
        judge_upper,
        measure_upper,
    ),
)
