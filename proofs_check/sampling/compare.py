"""Tests on means: against a predicted number, and between two samples."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm, t

from relabel_lab.proofs_check.formulas import Array
from relabel_lab.proofs_check.holm import BUDGET, PLANNED_TESTS, POWER
from relabel_lab.proofs_check.registry import Test

LEVEL = BUDGET / PLANNED_TESTS


def resolution(error: float, degrees: float) -> float:
    """Deviation found with probability `POWER` at the level one test may get."""
    return error * float(t.isf(LEVEL / 2, degrees) + norm.ppf(POWER))


def mean_and_error(values: Array) -> tuple[float, float]:
    """Mean and its standard error, summed in float64."""
    spread = np.std(values, ddof=1, dtype=np.float64)
    return float(np.mean(values, dtype=np.float64)), float(spread / np.sqrt(len(values)))


def mean_test(
    name: str, values: Array, expected: float, tolerance: float, scale: float | None = None
) -> Test:
    """Does the mean of independent ``values`` equal ``expected``?

    Args:
        name: what is compared.
        values: one number a seed.
        expected: the predicted mean.
        tolerance: relative deviation that must be found.
        scale: what the deviation is relative to; the measured mean by default.
    """
    found, error = mean_and_error(values)
    degrees = len(values) - 1
    size = abs(found) if scale is None else scale
    distance = abs(found - expected)
    if not np.isfinite(distance):
        p_value = 0.0
    elif error == 0:
        p_value = float(distance <= 1e-12 * max(size, 1e-300))
    else:
        p_value = float(2 * t.sf(distance / error, degrees))
    text = f"{found:.6g} +- {error:.2g}"
    finest = resolution(error, degrees)
    return Test(name, expected, text, p_value, finest, tolerance * size)


def two_means(name: str, first: Array, second: Array, tolerance: float) -> Test:
    """Do two independent samples have one mean?"""
    means, errors = zip(*(mean_and_error(x) for x in (first, second)), strict=True)
    error, degrees = float(np.hypot(*errors)), min(len(first), len(second)) - 1
    distance = abs(means[0] - means[1])
    if error > 0:
        p_value = float(2 * t.sf(distance / error, degrees))
    else:
        p_value = float(distance == 0)
    if not np.isfinite(distance):
        p_value = 0.0
    finest = resolution(error, degrees)
    found = f"{means[0]:.6g} - {means[1]:.6g} +- {error:.2g}"
    return Test(name, 0, found, p_value, finest, tolerance * abs(means[0]))


def at_least(name: str, values: Array, bound: float) -> Test:
    """Is the mean of ``values`` at least ``bound``?  Small p-values reject a mean below it."""
    found, error = mean_and_error(values)
    degrees = len(values) - 1
    p_value = float(t.sf((bound - found) / error, degrees)) if error else float(found >= bound)
    return Test(name, f">= {bound:g}", f"{found:.6g} +- {error:.2g}", p_value)
