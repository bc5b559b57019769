r"""R16: exponents of the cost of initial training and of both errors, fitted to dice draws."""

from __future__ import annotations

import zlib

import jax
import numpy as np
from scipy.stats import norm

from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.registry import PAPER, Check, Claim, Evidence, Setting, Test
from relabel_lab.proofs_check.sampling import Cell, Results, draw, resolution
from relabel_lab.sim import Consensus, Full, Problem, dice

# n, r, gamma, lambda, 1 - 2p
BASE = (2000.0, 400.0, 1.0, 1.0, 0.2)
NAMES = ("n", "d", "gamma", "lambda", "1-2p")
EXPONENTS = {"d": 1.0, "gamma": -4.0, "lambda": 2.0, "1-2p": -2.0}
FACTORS = {"n": (0.5, 2.0)}  # one compiled program serves these n
OTHERS = (0.5, 2.0, 4.0)
Place = tuple[float, ...]


def places() -> list[Place]:
    """The base, and each parameter at two or three multiples of its base."""
    rows: list[Place] = [BASE]
    for i, name in enumerate(NAMES):
        factors = FACTORS.get(name, OTHERS)
        rows += [tuple(x * (t if j == i else 1.0) for j, x in enumerate(BASE)) for t in factors]
    return rows


def measure_complexity(setting: Setting) -> dict[Place, Array]:
    """kappa_0 [seeds] at every place, by dice."""
    found, seeds = {}, setting.scale(6000, 300_000)
    for place in places():
        n, r, gamma, variance, e = place
        problem = Problem(int(n), int(r) + 1, (1 - e) / 2, gamma, np.sqrt(variance))
        stream = zlib.crc32(f"complexity {place}".encode())
        key = jax.random.fold_in(jax.random.key(setting.root), stream)
        outcome = dice.run_many(problem, (Full(), Consensus()), 1, key=key, seeds=seeds)
        found[place] = np.asarray(outcome["full"].kappa[:, 0], dtype=np.float64)
    return found


def judge_complexity(drawn: dict[Place, Array], f: Formulas, setting: Setting) -> Evidence:
    """Weighted fit of log kappa_0 in the logs of all parameters; the n that fixes it follows."""
    x = np.log(list(drawn))
    means = np.array([values.mean() for values in drawn.values()])
    counts = np.array([len(values) for values in drawn.values()])
    relative = np.array([values.std(ddof=1) for values in drawn.values()]) / means / counts**0.5
    y = np.log(means / [_excess(place, f) for place in drawn])
    design = np.column_stack([x, np.ones(len(x))]) / relative[:, None]
    covariance = np.linalg.inv(design.T @ design)
    slopes = covariance @ design.T @ (y / relative)
    tests = []
    for i, name in enumerate(NAMES[1:], 1):
        exponent = -slopes[i] / slopes[0]
        gradient = np.zeros(len(slopes))
        gradient[0], gradient[i] = slopes[i] / slopes[0] ** 2, -1 / slopes[0]
        error = float(np.sqrt(gradient @ covariance @ gradient))
        tests.append(
            _fitted(
                f"exponent of n in {name}",
                exponent,
                error,
                EXPONENTS[name],
                0.05 * abs(EXPONENTS[name]),
            )
        )
    return Evidence(tests=tuple(tests))


def _excess(place: Place, f: Formulas) -> float:
    """E kappa_0 at finite n, d over its limit (R2), which is no power law but near 1."""
    n, r, gamma, variance, e = place
    p, rho = (1 - e) / 2, gamma**2 / variance
    return float(f.initial_mean(int(n), int(r), p, rho) / f.initial(p, rho, n / r))


def _fitted(name: str, slope: float, error: float, expected: float, needed: float) -> Test:
    p_value = float(2 * norm.sf(abs(slope - expected) / error))
    found = f"{slope:.4f} +- {error:.4f}"
    return Test(name, expected, found, p_value, resolution(error, np.inf), needed)


ERRORS = {e: Cell(100_000, 2000, (1 - e) / 2, 4.0) for e in (0.2, 0.4, 0.8)}
# the factor 1/kappa of the normal tail keeps the slope of the initial model below 2 at finite kappa
RANGES = {"initial": (1.85, 2.0), "full": (-0.02, 0.1)}


def measure_errors(setting: Setting) -> dict[float, Results]:
    """Dice far above the threshold, where errors underflow and only log-errors serve."""
    seeds = setting.scale(160, 1600)
    return {e: draw(cell, "dice", seeds, setting.root) for e, cell in ERRORS.items()}


def judge_errors(drawn: dict[float, Results], f: Formulas, setting: Setting) -> Evidence:
    """Slope of log(-log error) in log(1-2p): the table's against 2 or 0, the fitted one against it."""
    x, checks, tests = np.log(list(drawn)), [], []
    for name, (low, high) in RANGES.items():
        sizes = [-norm.logsf(getattr(found, name)) for found in drawn.values()]
        means = np.array([size.mean() for size in sizes])
        errors = np.array([size.std(ddof=1) / len(size) ** 0.5 for size in sizes]) / means
        exact = [getattr(f, name)(c.p, c.rho, c.n / c.r) for c in (ERRORS[e] for e in drawn)]
        limit = np.log(-norm.logsf(exact))
        exponent, _ = _line(x, limit, np.ones(len(x)))
        checks.append(Check(f"exponent, {name}", [low, high], exponent, low < exponent < high))
        slope, error = _line(x, np.log(means), errors)
        predicted, _ = _line(x, limit, errors)  # weighted as the fitted one: the line is not exact
        tests.append(_fitted(f"exponent, {name}, of the table", slope, error, predicted, 0.05))
    return Evidence(tuple(checks), tuple(tests))


def _line(x: Array, y: Array, errors: Array) -> tuple[float, float]:
    """Weighted slope of y in x, and its standard error."""
    w = errors**-2.0
    x = x - np.average(x, weights=w)
    return float((w * x * y).sum() / (w * x * x).sum()), float((w * x * x).sum() ** -0.5)


CLAIMS = (
    Claim(
        "sample-complexity",
        "sampled",
        PAPER,
        r"The $n$ that a fixed $\kappa_0$ needs grows like $d\,\lambda^2/(\gamma^4(1-2p)^2)$: exponents "
        r"fitted to dice draws, held to 5 %.",
        {"n, d - 1, gamma, lambda, 1-2p": BASE, "factors": OTHERS},
        judge_complexity,
        measure_complexity,
    ),
    Claim(
        "error-exponents",
        "sampled",
        PAPER,
        r"Far above the threshold $-\log$ error of the initial model carries $(1-2p)^2$, that of the "
        r"retrained one does not (exponents held to 0.05).",
        {"cells": [str(cell) for cell in ERRORS.values()]},
        judge_errors,
        measure_errors,
    ),
)
