"""R2 and R3: exact laws at finite n and d, against drawn data."""

from __future__ import annotations

from typing import Any

from relabel_lab.proofs_check.formulas import Formulas, law
from relabel_lab.proofs_check.registry import DERIVED, Claim, Evidence, Setting, Test
from relabel_lab.proofs_check.sampling import (
    Cell,
    Results,
    draw,
    drawn,
    mean_test,
    sample,
    spectral,
    two_means,
)

CELLS = (
    Cell(48, 24, 0.1, 1.6),
    Cell(48, 24, 0.1, 1.6, "half-normal:0.5"),
    Cell(48, 24, 0.1, 0.9, "uniform:1"),
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
SEEDS = (100_000, 10_000_000)
ENGINE_SEEDS = {"dice": (100_000, 1_000_000), "direct": (3000, 100_000)}
ENGINE_TOLERANCE = {"dice": (1, 4), "direct": (5, 12)}  # multiples at quick, full
# small cells show errors of order 1/n, where direct is slow; the law itself holds at larger ones
LARGE = (Cell(600, 300, 0.1, 2.0), Cell(600, 300, 0.1, 2.0, noise="half:2"))
LARGE_SEEDS, LARGE_TOLERANCE, LAW_SEEDS = (1000, 45_000), (2, 3), 8
ORDER = {"kappa_1^2": 2, "kappa_0 kappa_1": 2, "kappa_1 kappa_cons": 2}

Drawn = dict[Cell, Results]


def measure(setting: Setting) -> Drawn:
    """Drawn data, in plain NumPy."""
    seeds = setting.scale(*SEEDS)
    return {cell: drawn.draw(cell, seeds, setting.root) for cell in CELLS}


def measure_engines(setting: Setting) -> dict[str, Drawn]:
    """The same cells by both engines; direct, which is slow at small sizes, with fewer seeds."""
    found = {"drawn": measure(setting)}
    for engine, sizes in ENGINE_SEEDS.items():
        seeds = setting.scale(*sizes)
        found[engine] = {cell: draw(cell, engine, seeds, setting.root) for cell in CELLS}
    seeds = setting.scale(*LARGE_SEEDS)
    found["large"] = {cell: draw(cell, "direct", seeds, setting.root) for cell in LARGE}
    return found


def judge_initial(found_by_cell: Drawn, f: Formulas, setting: Setting) -> Evidence:
    """First and second moment of kappa_0 in closed form."""
    tests = []
    for cell, found in found_by_cell.items():
        margin = law(cell.margin)
        mean, second = margin.expect(lambda m: m), margin.expect(lambda m: m * m)
        first = f.initial_mean(cell.n, cell.r, cell.p, cell.rho, mean)
        square = f.initial_square(cell.n, cell.r, cell.p, cell.rho, mean, second)
        tests.append(mean_test(f"E kappa_0, {cell}", found.initial, first, setting.tolerance))
        tests.append(
            mean_test(f"E kappa_0^2, {cell}", found.initial**2, square, 2 * setting.tolerance)
        )
    return Evidence(tests=tuple(tests))


def same_law(a: Results, b: Results, label: str, tolerance: float) -> list[Test]:
    """Tests that two samples of results agree in every statistic."""
    return [
        two_means(f"{name}, {label}", pick(a), pick(b), ORDER.get(name, 1) * tolerance)
        for name, pick in STATISTICS.items()
    ]


def judge_full(found_by_cell: Drawn, f: Formulas, setting: Setting) -> Evidence:
    """The exact law, assembled from the table, against drawn data."""
    tests: list[Test] = []
    for index, (cell, found) in enumerate(found_by_cell.items()):
        law_draws = sample(cell, len(found.full), f, (setting.root, 3, index))
        tests += same_law(found, law_draws, str(cell), setting.tolerance)
    return Evidence(tests=tuple(tests))


def judge_engines(found: dict[str, Drawn], f: Formulas, setting: Setting) -> Evidence:
    """Both engines against drawn data, and direct at larger n against the exact law."""
    tests: list[Test] = []
    for engine, times in ENGINE_TOLERANCE.items():
        multiple = setting.scale(*times)
        for cell in CELLS:
            pair = found["drawn"][cell], found[engine][cell]
            tests += same_law(*pair, f"{engine}, {cell}", multiple * setting.tolerance)
    multiple = setting.scale(*LARGE_TOLERANCE)
    for index, (cell, by_engine) in enumerate(found["large"].items()):
        seeds = LAW_SEEDS * len(by_engine.full)
        law_draws, _ = spectral.sample(cell, seeds, f, (setting.root, 4, index))
        tests += same_law(law_draws, by_engine, f"direct, {cell}", multiple * setting.tolerance)
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
        "R3-engines",
        "sampled",
        DERIVED,
        r"Both engines, the one that draws the data and the one that does not, have the law of drawn "
        r"data (n = 48: dice held to 1 times the tolerance at quick, 4 at full, direct to 5 and 12; "
        r"n = 600, also with a spectrum: direct to 2 and 3).",
        DOMAIN,
        judge_engines,
        measure_engines,
    ),
)
