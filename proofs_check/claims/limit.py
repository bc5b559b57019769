"""R5: the proportional limit of kappas and labels, the rate of approach, Figure 1 in this model."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import norm

from relabel_lab.proofs_check.formulas import Array, Formulas, law
from relabel_lab.proofs_check.holm import POWER
from relabel_lab.proofs_check.registry import DERIVED, PAPER, Check, Claim, Evidence, Setting, Test
from relabel_lab.proofs_check.sampling import (
    LEVEL,
    Cell,
    Results,
    at_least,
    draw,
    mean_test,
    sample,
)

PLACES = (
    # alpha, p, rho, margin: memorisation strong, moderate, weak; above and below rho_full
    (0.5, 0.2, 2.5, "constant"),
    (2.0, 0.3, 0.8, "constant"),
    (20.0, 0.2, 1.2, "constant"),
    (2.0, 0.3, 1.6, "half-normal:0.5"),
    (2.0, 0.3, 1.6, "uniform:1"),
    (2.0, 0.3, 2.25, f"normal:{2 / 3!r}"),
)


def cell_at(alpha: float, p: float, rho: float, margin: str, setting: Setting) -> Cell:
    """A cell large enough for its distance from the limit not to show."""
    n = setting.scale(100_000, 1_000_000)
    return Cell(n, round(n / alpha), p, rho, margin)


def measure(setting: Setting) -> dict[Cell, Results]:
    """Dice draws near the limit."""
    seeds = setting.scale(160, 1600)
    cells = [cell_at(*place, setting) for place in PLACES]
    return {cell: draw(cell, "dice", seeds, setting.root) for cell in cells}


def predictions(cell: Cell, f: Formulas) -> dict[str, float]:
    """All limits at a cell's own alpha = n/r."""
    flips = cell.flip if cell.decay else cell.p
    at = (flips, cell.rho, cell.n / cell.r, law(cell.margin))
    return {
        "initial": float(f.initial(*at)),
        "full": float(f.full(*at)),
        "consensus": float(f.consensus(*at)),
        "predicted_accuracy": float(f.predicted_accuracy(*at)),
        "consensus_accuracy": float(f.consensus_accuracy(*at)),
        "coverage": float(f.coverage(*at)),
    }


def judge_limit(drawn: dict[Cell, Results], f: Formulas, setting: Setting) -> Evidence:
    """Means of kappas and labels against R5."""
    tests = [
        mean_test(f"{name}, {cell}", getattr(found, name), value, setting.tolerance)
        for cell, found in drawn.items()
        for name, value in predictions(cell, f).items()
    ]
    return Evidence(tests=tuple(tests))


RATE_SIZES = (25, 50, 100, 200)
RATE_PLACE = (2.0, 0.2, 2.0)
SLACK = {"bias": 0.25, "spread": 0.05}


def measure_rate(setting: Setting) -> dict[int, Results]:
    """Draws at growing n from the exact law; the sampler itself is tried by R3-full-law."""
    alpha, p, rho = RATE_PLACE
    numbers = setting.scale(10_000_000, 100_000_000)
    return {
        n: sample(_rate_cell(n), numbers // n, Formulas(), (setting.root, 5, n)) for n in RATE_SIZES
    }


def _rate_cell(n: int) -> Cell:
    alpha, p, rho = RATE_PLACE
    return Cell(n, round(n / alpha), p, rho)


def judge_rate(drawn: dict[int, Results], f: Formulas, setting: Setting) -> Evidence:
    """Weighted log-log slopes of bias (against -1) and spread (against -1/2)."""
    limits = {n: float(f.full(c.p, c.rho, n / c.r)) for n in drawn for c in [_rate_cell(n)]}
    sizes = np.array(list(drawn), dtype=float)
    count = np.array([len(x.full) for x in drawn.values()], dtype=float)
    reduced = [_reduced(n, x, f) for n, x in drawn.items()]
    bias = np.abs([x.mean() - limits[n] for n, x in zip(drawn, reduced, strict=True)])
    error = np.array([x.std(ddof=1) for x in reduced]) / np.sqrt(count)
    spread, fourth = (np.array([g(x.full) for x in drawn.values()]) for g in (np.std, _kurtosis))
    slopes = {
        "bias": (_slope(sizes, bias, error / bias), -1.0),
        "spread": (_slope(sizes, spread, np.sqrt((fourth - 1) / 4 / count)), -0.5),
    }
    tests = [_slope_test(name, *value) for name, value in slopes.items()]
    return Evidence(tests=tuple(tests), notes={"n": sizes, "bias": bias, "spread": spread})


def _reduced(n: int, drawn: Results, f: Formulas) -> Array:
    """kappa_1 with kappa_0, whose mean is known exactly, as control variate."""
    c = _rate_cell(n)
    known = f.initial_mean(n, c.r, c.p, c.rho)
    weight = np.cov(drawn.full, drawn.initial)[0, 1] / drawn.initial.var(ddof=1)
    return drawn.full - weight * (drawn.initial - known)


def _kurtosis(x: Array) -> float:
    return float(((x - x.mean()) ** 4).mean() / x.var() ** 2)


def _slope(sizes: Array, values: Array, relative: Array) -> tuple[float, float]:
    """Weighted slope of log values on log sizes, and its standard error."""
    x, y, w = np.log(sizes), np.log(values), 1 / relative**2
    x = x - np.average(x, weights=w)
    return float((w * x * y).sum() / (w * x * x).sum()), float((w * x * x).sum() ** -0.5)


def _slope_test(name: str, fitted: tuple[float, float], expected: float) -> Test:
    slope, error = fitted
    beyond = max(0.0, abs(slope - expected) - SLACK[name])
    p_value = float(2 * norm.sf(beyond / error)) if beyond else 1.0
    resolution = error * float(norm.isf(LEVEL / 2) + norm.ppf(POWER))
    text = f"{slope:.3f} +- {error:.3f} (higher orders allowed: {SLACK[name]})"
    return Test(f"exponent of the {name} in n", expected, text, p_value, resolution, 0.25)


FIGURE = Cell(100_000, 20_000, 0.334, 1.65)
SMALL = Cell(100_000, 20_000, 0.334, 0.7)


def measure_figure(setting: Setting) -> dict[str, Results]:
    """Large and small separation, dice."""
    seeds = setting.scale(200, 20_000)
    cells = {"large": FIGURE, "small": SMALL}
    return {name: draw(cell, "dice", seeds, setting.root) for name, cell in cells.items()}


def judge_figure(drawn: dict[str, Results], f: Formulas, setting: Setting) -> Evidence:
    """Accuracies at large separation; at the small one the mean change is not positive.

    The intervals bound the table's accuracies, which are free of noise; the draws try the table.
    """
    large, small = drawn["large"], drawn["small"]
    checks = []
    at = (FIGURE.p, FIGURE.rho, FIGURE.n / FIGURE.r)
    for name, kappa, low, high in (
        ("before", f.initial(*at), 0.885, 0.895),
        ("after", f.full(*at), 0.974, 0.980),
    ):
        accuracy = float(norm.cdf(kappa))
        ok = low < accuracy < high
        checks.append(Check(f"accuracy {name}, large separation", [low, high], accuracy, ok))
    tests = [
        mean_test(
            f"kappa {name}, {size} separation", getattr(found, name), value, setting.tolerance
        )
        for size, found, cell in (("large", large, FIGURE), ("small", small, SMALL))
        for name, value in list(predictions(cell, f).items())[:2]
    ]
    loss = norm.cdf(small.initial) - norm.cdf(small.full)
    tests.append(at_least("accuracy lost at small separation", loss, 0.0))
    return Evidence(tuple(checks), tuple(tests))


DOMAIN: dict[str, Any] = {"alpha, p, rho, margin": [str(place) for place in PLACES]}
CLAIMS = (
    Claim(
        "R5-limit",
        "sampled",
        DERIVED,
        r"For $n, r\to\infty$ with $n/r=\alpha$: limits of $\kappa_0,\kappa_1,\kappa_{cons}$, of the "
        r"accuracy of predicted and consensus labels, and of the size of the consensus set.",
        DOMAIN,
        judge_limit,
        measure,
    ),
    Claim(
        "R5-rate",
        "sampled",
        DERIVED,
        r"$E\kappa_1$ approaches its limit like $1/n$, its spread falls like $1/\sqrt n$ "
        r"(fitted over n from 25 to 200; exponents held to 0.25 and 0.05, for higher orders).",
        {"alpha, p, rho": RATE_PLACE, "n": RATE_SIZES},
        judge_rate,
        measure_rate,
    ),
    Claim(
        "figure-1",
        "sampled",
        PAPER,
        r"A large separation lifts accuracy from about 89 % to about 97.7 %, a small one gains "
        r"nothing (the figure's n, d, p are not known; these are ours).",
        {"large": str(FIGURE), "small": str(SMALL)},
        judge_figure,
        measure_figure,
    ),
)
