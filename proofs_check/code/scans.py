"""Scans: what a store keeps of a cell, against drawn data and against means written out."""

from __future__ import annotations

import tempfile
from pathlib import Path as Folder
from typing import Any

import numpy as np
import xarray as xr
from scipy.special import ndtr
from scipy.stats import beta, norm

from relabel_lab.proofs_check.code.common import near
from relabel_lab.proofs_check.formulas import Formulas
from relabel_lab.proofs_check.reference import Path, Setup, draw, prediction
from relabel_lab.proofs_check.registry import DERIVED, Claim, Evidence, Setting, Test
from relabel_lab.scan import BlockWork, locally, parse, run_scan

AT = Setup(32, 10, 1.5, "uniform:0.15")
SCHEMES = ("full", "consensus")
SEEDS = 2000
LEVELS = (0.025, 0.975)  # of Clopper and Pearson's interval


def measure(setting: Setting) -> tuple[dict[str, Any], dict[str, Path]]:
    """One cell through the whole store, and the same on drawn data."""
    seeds = setting.scale(SEEDS, 20 * SEEDS)
    axes = {"p": 0.15, "gamma": AT.gamma, "n": AT.n, "d": AT.r + 1}
    run = {"error": 0.05, "schemes": list(SCHEMES), "seeds": seeds, "seed": setting.root}
    config = parse({"axes": axes, "run": run})
    with tempfile.TemporaryDirectory() as folder:
        path = Folder(folder) / "store"
        run_scan(config, path, locally(BlockWork(config)))
        with xr.open_zarr(path) as store:
            names = [str(name) for name in store.data_vars]
            kept = {
                name: np.asarray(store[name]).reshape(-1, len(SCHEMES), 2)[0]
                for name in names
                if store[name].size == 2 * len(SCHEMES)
            }
    return kept, draw(AT, SCHEMES, 1, 20 * seeds, setting.root)


def judge(found: Any, f: Formulas, setting: Setting) -> Evidence:
    """Means and shares within their errors, standard errors to 15 %, predictions to 8 digits."""
    kept, paths = found
    seeds, tests, checks = setting.scale(SEEDS, 20 * SEEDS), [], []
    for i, name in enumerate(SCHEMES):
        path, expected = paths[name], prediction(name, AT)
        for quantity in ("kappa", "label_accuracy", "coverage"):
            values = getattr(path, quantity)[:, 1]
            spread = values.std(ddof=1)
            error = spread * np.sqrt(1 / seeds + 1 / len(values))
            mean = float(kept[f"{quantity}_mean"][i, 1])
            tests.append(_test(f"mean {quantity} of {name}", values.mean(), mean, error, norm.sf))
            found_error = float(kept[f"{quantity}_se"][i, 1])
            if spread > 0:
                known = spread / np.sqrt(seeds)
                away = known * max(0.01, np.sqrt(_kurtosis(values) / 4 / seeds))
                label = f"standard error of {quantity} of {name}"
                tests.append(_test(label, known, found_error, away, norm.sf))
            key = f"{quantity}_theory"
            if key in kept:
                checks.append(near(f"{key} of {name}", kept[key][i, 1], expected[quantity]))
        right = ndtr(path.kappa[:, 1])
        error = right.std(ddof=1) * np.sqrt(1 / seeds + 1 / len(right))
        mean = float(kept["accuracy_mean"][i, 1])
        tests.append(_test(f"mean accuracy of {name}", right.mean(), mean, error, norm.sf))
        better = path.kappa[:, 1] > path.kappa[:, 0] * (1 + 1e-9)
        share = float(better.mean())
        error = np.sqrt(share * (1 - share) * (1 / seeds + 1 / len(better)))
        found_share = float(kept["improved"][i, 1])
        tests.append(_test(f"share improved, {name}", share, found_share, error, norm.sf))
        count = round(found_share * seeds)
        ends = beta.ppf(LEVELS, [count, count + 1], [seeds - count + 1, seeds - count])
        for end, known in zip(("lower", "upper"), ends, strict=True):
            value = kept[f"improved_{end}"][i, 1]
            checks.append(near(f"improved_{end} of {name}", value, known, 1e-6))
    return Evidence(tuple(checks), tuple(tests))


def _kurtosis(values: Any) -> float:
    away = values - values.mean()
    return float(np.mean(away**4) / np.mean(away**2) ** 2)


def _test(name: str, expected: float, found: float, error: float, tail: Any) -> Test:
    """A number of the store against a known one, with the standard error of their difference."""
    distance = abs(found - expected)
    p_value = float(2 * tail(distance / error)) if error > 0 else float(distance < 1e-12)
    if not np.isfinite(distance):
        p_value = 0.0
    return Test(name, float(expected), f"{found:.6g} (error {error:.2g})", p_value, 9.2 * error)


CLAIMS = (
    Claim(
        "code-scan",
        "sampled",
        DERIVED,
        r"A store of `scan` keeps means, standard errors and the share improved of the model (2,000 "
        r"seeds against 40,000 drawn ones), and beside them the predictions of R5 to $10^{-8}$.",
        {"cell": str(AT), "schemes": SCHEMES},
        judge,
        measure,
    ),
)
