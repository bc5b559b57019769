r"""R16: the upper end of Remark 4.10's window."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.registry import PAPER, Check, Claim, Evidence, Setting, Test
from relabel_lab.proofs_check.sampling import Cell, Results, at_least, draw

UPPER_R, UPPER_P, UPPER_RHO = 5, 0.4, 4.0
SEEDS = {10**2: 400, 10**3: 400, 10**4: 200}  # at quick; as many reject a share of 0.8 or less
BEYOND = (10**6, 10**9)  # where the limit formula alone answers


END = (UPPER_R + 1) ** 2 / (UPPER_RHO * (1 - 2 * UPPER_P)) ** 2


def _upper_cells() -> dict[int, Cell]:
    return {times: Cell(round(times * END), UPPER_R, UPPER_P, UPPER_RHO) for times in SEEDS}


def measure_upper(setting: Setting) -> dict[int, Results]:
    """Exact law far beyond the upper end."""
    return {
        times: draw(cell, "dice", SEEDS[times] * setting.scale(1, 10), setting.root)
        for times, cell in _upper_cells().items()
    }


def judge_upper(drawn: dict[int, Results], f: Formulas, setting: Setting) -> Evidence:
    """The gain in log kappa is positive far beyond the upper end, in the law and in the table."""
    checks = [_limit_check(times, f) for times in (*drawn, *BEYOND)]
    tests = []
    for times, found in drawn.items():
        gain = np.log(found.full / found.initial)
        tests.append(_share_test(f"share improved at {times:g} x", gain > 0))
        tests.append(at_least(f"mean log kappa_1/kappa_0 at {times:g} x", gain, 0.0))
    return Evidence(tuple(checks), tuple(tests))


def _limit_check(times: int, f: Formulas) -> Check:
    at = (UPPER_P, UPPER_RHO, times * END / UPPER_R)
    ratio = float(f.full(*at) / f.initial(*at))
    return Check(f"limit of kappa_1/kappa_0 at {times:g} x", "> 1", ratio, ratio > 1)


def _share_test(name: str, improved: Array) -> Test:
    """Do at least 95 % of the seeds improve?"""
    held, seeds = int(improved.sum()), len(improved)
    return Test(name, ">= 0.95", held / seeds, float(binom.cdf(held, seeds, 0.95)))


CLAIMS = (
    Claim(
        "window-upper-end",
        "sampled",
        PAPER,
        r"Remark 4.10, upper end, is not necessary at $d=6$, $p=0.4$, $\rho=4$: $\kappa_1>\kappa_0$ in at "
        r"least 95 % of draws at $10^2, 10^3, 10^4$ times $d^2/(\rho^2(1-2p)^2)$, and in the limit "
        r"formula up to $10^9$ times (the remark gives a sufficient window; nothing here contradicts it).",
        {"cells": [str(cell) for cell in _upper_cells().values()], "limit, times": BEYOND},
        judge_upper,
        measure_upper,
    ),
)
