"""Tests that allow an approximation its stated error: only what lies beyond it counts."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from relabel_lab.proofs_check.formulas import Array
from relabel_lab.proofs_check.registry import Test
from relabel_lab.proofs_check.sampling import resolution


def within(name: str, values: Array, expected: float, slack: float) -> Test:
    """Is the mean of independent ``values`` within ``slack`` of ``expected``?"""
    found, error = float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))
    beyond = abs(found - expected) - slack
    if not np.isfinite(beyond):
        p_value = 0.0
    elif beyond <= 0:
        p_value = 1.0
    else:
        p_value = float(2 * norm.sf(beyond / error)) if error else 0.0
    text = f"{found:.5g} +- {error:.2g} (allowed {slack:.2g})"
    return Test(name, float(expected), text, p_value, slack + resolution(error, len(values) - 1))
