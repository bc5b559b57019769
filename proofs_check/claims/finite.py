"""R2 and R3: exact laws at finite n and d, against the engine that draws the data."""

from __future__ import annotations

from typing import Any

from proofs_check.formulas import Formulas, law
from proofs_check.registry import DERIVED, Claim, Evidence, Setting, Test
from proofs_check.sampling.compare import mean_test, two_means
from proofs_check.sampling.engines import draw
from proofs_check.sampling.exact_law import Cell, Results, sample

CELLS = (
    Cell(48, 24, 0.1, 1.6),
    Cell(48, 24, 0.2, 1.6, "half-normal:0.5"),
    Cell(48, 24, 0.05, 2.5, "uniform:1"),
    Cell(48, 24, 0.15, 4.0, "normal:0.5"),
)
STATISTICS = {
    "kappa_0": lambda r: r.initial,
    "kappa_1": lambda r: r.full,
    "kappa_1^2": lambda r: r.full**2,
    "kappa_0 kappa_1": lambda r: r.initial * r.full,
    "kappa_cons": lambda r: r.consensus,
    "kappa_1 kappa_cons": lambda r: r.full * r.consensus,
    "predicted label accuracy": lambda r: r.predicted_accuracy,
    "consensus label accuracy": lambda r: r.consensus_accuracy,
    "coverage": lambda r: r.coverage,
}
SEEDS = (120_000, 12_000_000)
ORDER = {"kappa_1^2": 2, "kappa_0 kappa_1": 2, "kappa_1 kappa_cons": 2}

Drawn = dict[Cell, Results]


def measure(setting: Setting) -> Drawn:
    """The drawn data: direct engine."""
    seeds = setting.scale(*SEEDS)
    return {cell: draw(cell, "direct", seeds, setting.root) for cell in CELLS}


def measure_dice(setting: Setting) -> dict[str, Drawn]:
    """Both engines on the same cells, independent streams."""
    seeds = setting.scale(*SEEDS)
    return {
        e: {cell: draw(cell, e, seeds, setting.root) for cell in CELLS} for e in ("direct", "dice")
    }


def judge_initial(drawn: Drawn, f: Formulas, setting: Setting) -> Evidence:
    """First and second moment of kappa_0 in closed form."""
    tests = []
    for cell, found in drawn.items():
        margin = law(cell.margin)
        mean, second = margin.expect(lambda m: m), margin.expect(lambda m: m * m)
        first = f.initial_mean(cell.n, cell.r, cell.p, cell.rho, mean)
        square = f.initial_square(cell.n, cell.r, cell.p, cell.rho, mean, second)
        tests.append(mean_test(f"E kappa_0, {cell}", found.initial, first, setting.tolerance))
        tests.append(
            mean_test(f"E kappa_0^2, {cell}", found.initial**2, square, 2 * setting.tolerance)
        )
    return Evidence(tests=tuple(tests))


def same_law(a: Results, b: Results, label: str, setting: Setting) -> list[Test]:
    """Tests that two samples of results agree in every statistic."""
    return [
        two_means(f"{name}, {label}", pick(a), pick(b), ORDER.get(name, 1) * setting.tolerance)
        for name, pick in STATISTICS.items()
    ]


def judge_full(drawn: Drawn, f: Formulas, setting: Setting) -> Evidence:
    """The exact law, assembled from the table, against drawn data."""
    tests: list[Test] = []
    for index, (cell, found) in enumerate(drawn.items()):
        law_draws = sample(cell, len(found.full), f, (setting.root, 3, index))
        tests += same_law(found, law_draws, str(cell), setting)
    return Evidence(tests=tuple(tests))


def judge_dice(drawn: dict[str, Drawn], _: Formulas, setting: Setting) -> Evidence:
    """The dice engine against the direct engine."""
    tests: list[Test] = []
    for cell in CELLS:
        tests += same_law(drawn["direct"][cell], drawn["dice"][cell], str(cell), setting)
    return Evidence(tests=tuple(tests))


DOMAIN: dict[str, Any] = {"cells": [str(cell) for cell in CELLS], "noise": "isotropic"}
CLAIMS = (
    Claim(
        "R2-initial-law",
        "sampled",
        DERIVED,
        r"$\kappa_0=\rho a_0/R$ with $a_0$ the mean of $s_im_i$ and $nR^2\sim\chi^2_r$ independent: "
        r"$E\kappa_0$ and $E\kappa_0^2$ at finite $n, d$.",
        DOMAIN,
        judge_initial,
        measure,
    ),
    Claim(
        "R3-full-law",
        "sampled",
        DERIVED,
        r"Full and consensus retraining at finite $n, d$ have the law of five scalars and $n$ "
        r"normals.",
        DOMAIN,
        judge_full,
        measure,
    ),
    Claim(
        "R3-dice-engine",
        "sampled",
        DERIVED,
        r"The dice engine and the engine that draws the data have the same law.",
        DOMAIN,
        judge_dice,
        measure_dice,
    ),
)
