"""`theory.finite_law` (R25, R20, R2) at small n and d against draws of the model in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from relabel_lab.proofs_check.code.common import problem_of
from relabel_lab.proofs_check.code.within import within
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.reference import Path, Setup, draw
from relabel_lab.proofs_check.registry import DERIVED, Claim, Evidence, Setting, Test
from relabel_lab.sim import parse_scheme
from relabel_lab.theory import finite_law
from relabel_lab.theory.finite import QUANTILES

PLACES = {
    Setup(12, 5, 1.4, "uniform:0.2"): ("full", "consensus"),
    Setup(40, 8, 1.2, "uniform:0.3"): ("full", "interpolate:0.5"),
    Setup(20, 8, 1.2, "uniform:0.2", "half-normal:1"): ("initial",),
}
SLACK = {"mean": 0.005, "square": 0.02, "chance": 0.01}

Drawn = dict[Setup, dict[str, Path]]


def measure(setting: Setting) -> Drawn:
    """Drawn data."""
    seeds = setting.scale(40_000, 1_000_000)
    return {at: draw(at, names, 1, seeds, setting.root) for at, names in PLACES.items()}


def judge(drawn: Drawn, f: Formulas, setting: Setting) -> Evidence:
    """Mean, spread, chance of an improvement and quantiles, within the slack."""
    tests: list[Test] = []
    for at, paths in drawn.items():
        for name, path in paths.items():
            tests += _one(f"{name}, {at}", at, name, path)
    return Evidence(tests=tuple(tests))


def _one(label: str, at: Setup, name: str, path: Path) -> list[Test]:
    hard = name != "initial"
    law = finite_law(problem_of(at), parse_scheme(name), quantiles=hard)
    kappa = path.kappa[:, 1]
    square = law.mean**2 + law.spread**2
    tests = [
        within(f"mean, {label}", kappa, law.mean, SLACK["mean"] * abs(law.mean)),
        within(f"mean square, {label}", kappa**2, square, SLACK["square"] * square),
    ]
    if hard:
        better = 1.0 * (kappa > path.kappa[:, 0] * (1 + 1e-9))
        tests.append(within(f"share improved, {label}", better, law.p_improves, SLACK["chance"]))
        for level, value in zip(QUANTILES, law.quantiles or [np.nan] * 5, strict=True):
            below = 1.0 * (kappa < value)
            tests.append(within(f"share below {level}, {label}", below, level, SLACK["chance"]))
    return tests


CLAIMS: tuple[Any, ...] = (
    Claim(
        "code-finite",
        "sampled",
        DERIVED,
        r"`theory.finite_law` gives mean (to 0.5 %), mean square (to 2 %), quantiles and the chance "
        r"of an improvement (to 0.01 of probability) of one round at n of 12 to 40, for three hard "
        r"rules and the initial model.",
        {"problems": {str(at): names for at, names in PLACES.items()}},
        judge,
        measure,
    ),
)
