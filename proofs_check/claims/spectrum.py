r"""R2, R3 and R6 with a spectrum: the exact law against drawn data, the anisotropic threshold."""

from __future__ import annotations

import numpy as np
from scipy.stats import t

from relabel_lab.proofs_check.claims.finite import same_law
from relabel_lab.proofs_check.formulas import Array, Formulas, law
from relabel_lab.proofs_check.registry import DERIVED, Check, Claim, Evidence, Setting, Test
from relabel_lab.proofs_check.sampling import (
    Cell,
    Results,
    drawn,
    mean_and_error,
    resolution,
    spectral,
)

CELLS = (
    Cell(32, 12, 0.1, 1.6, "constant", "power:0.5"),
    Cell(32, 12, 0.1, 1.6, "half-normal:0.5", "half:3"),
)
SEEDS = (250_000, 6_250_000)
MULTIPLE = (1, 2)  # of the level's tolerance


def measure(setting: Setting) -> dict[Cell, Results]:
    """Drawn data, in plain NumPy."""
    return {cell: drawn.draw(cell, setting.scale(*SEEDS), setting.root) for cell in CELLS}


def judge(found_by_cell: dict[Cell, Results], f: Formulas, setting: Setting) -> Evidence:
    """The exact law with explicit eigenvalues, assembled from the table, against drawn data."""
    tests: list[Test] = []
    tolerance = setting.scale(*MULTIPLE) * setting.tolerance
    for index, (cell, found) in enumerate(found_by_cell.items()):
        law_draws, _ = spectral.sample(cell, len(found.full), f, (setting.root, 31, index))
        tests += same_law(found, law_draws, str(cell), tolerance)
    return Evidence(tests=tuple(tests))


MARGIN, NOISE, R = "uniform:1", "half:2", 500
SIGNAL = 0.1  # kappa_0 on average: small, as p -> 1/2 asks
BRACKET = {"quick": 0.05, "full": 0.03}


def threshold(f: Formulas) -> float:
    """gamma^2 at the threshold according to the table."""
    spectrum = Cell(2, R, 0.0, 1.0, noise=NOISE).spectrum
    return f.anisotropic_threshold(spectrum, float(law(MARGIN).expect(lambda m: m * m)))


def bracket(setting: Setting) -> dict[int, Cell]:
    """Cells below (-1) and above (+1) the threshold of the right formulas, n >> d, p near 1/2."""
    n, cells = setting.scale(100_000, 1_000_000), {}
    for side in (-1, 1):
        rho = threshold(Formulas()) * (1 + side * BRACKET[setting.level])
        radius = np.sqrt(np.sum(Cell(2, R, 0.0, 1.0, noise=NOISE).spectrum ** 2) / n)
        e = SIGNAL * radius / rho / float(law(MARGIN).expect(lambda m: m))
        cells[side] = Cell(n, R, float(1 - e) / 2, rho, MARGIN, NOISE)
    return cells


def measure_threshold(setting: Setting) -> dict[int, tuple[Cell, Array]]:
    """kappa_1 - kappa_0 on both sides; R3-spectrum tries the sampler itself."""
    seeds, found = setting.scale(150, 600), {}
    for side, cell in bracket(setting).items():
        results, control = spectral.sample(cell, seeds, Formulas(), (setting.root, 32, side + 1))
        gain = results.full - results.initial
        weight = np.cov(gain, control)[0, 1] / control.var(ddof=1)
        found[side] = (cell, gain - weight * control)  # the control's mean is exactly 0
    return found


def judge_threshold(
    found: dict[int, tuple[Cell, Array]], f: Formulas, setting: Setting
) -> Evidence:
    """Loss below, gain above, and the table's threshold in between."""
    at, width = threshold(f), BRACKET[setting.level]
    ends = [cell.rho for cell, _ in found.values()]
    inside = Check("threshold of gamma^2 inside the bracket", ends, at, ends[0] < at < ends[1])
    tests = [_sign_test(side, cell, gain, width * SIGNAL) for side, (cell, gain) in found.items()]
    return Evidence((inside,), tuple(tests))


def _sign_test(side: int, cell: Cell, gain: Array, size: float) -> Test:
    """Small p-values reject a gain of the wrong sign; ``size`` is what must be found."""
    mean, error = mean_and_error(gain)
    degrees = len(gain) - 1
    p_value = float(t.sf(-side * mean / error, degrees))
    name = f"mean of kappa_1 - kappa_0 at gamma^2 = {cell.rho:.4f}"
    expected = f"{'>' if side > 0 else '<'} 0"
    found = f"{mean:.4g} +- {error:.2g}"
    return Test(name, expected, found, p_value, resolution(error, degrees), size)


CLAIMS = (
    Claim(
        "R3-spectrum",
        "sampled",
        DERIVED,
        r"Initial, full and consensus retraining at finite $n, d$ with any spectrum have the law of "
        r"$n$ margins, $n$ flips and $n+2r$ normals (held to 1 times the tolerance at quick, 2 at full).",
        {"cells": [str(cell) for cell in CELLS]},
        judge,
        measure,
    ),
    Claim(
        "R6-anisotropic",
        "sampled",
        DERIVED,
        r"At one spectrum (one half of the eigenvalues twice the other) and one margin law the first step "
        r"from p near 1/2 with $n\gg d$ loses 5 % below and gains 5 % above (3 % at full) the separation "
        r"$\gamma^4(E m^2)^2=\mathrm{tr}\,\Sigma^4/\mathrm{tr}\,\Sigma^2$.",
        {"r": R, "margin": MARGIN, "spectrum": NOISE, "kappa_0": SIGNAL},
        judge_threshold,
        measure_threshold,
    ),
)
