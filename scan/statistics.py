"""What a store keeps of many seeds: means, standard errors, quantiles, share improved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from relabel_lab.scan.config import Run
from relabel_lab.scan.intervals import clopper_pearson
from relabel_lab.sim import improved

Interval = Callable[[np.ndarray, np.ndarray, float], tuple[np.ndarray, np.ndarray]]
MEANS = ("kappa", "accuracy", "log_error", "label_accuracy", "coverage")
QUANTILES = ("kappa", "accuracy")
Samples = dict[str, np.ndarray]


def summarise(samples: Samples, run: Run, interval: Interval = clopper_pearson) -> Samples:
    """Reduce the seeds.

    Args:
        samples: kappa, log_error, label_accuracy, coverage, arrays [C, S, schemes, rounds + 1].
        run: which quantities, quantiles and error level.
        interval: for the share improved.

    Returns:
        Arrays [C, schemes, rounds + 1]; ``*_quantile`` with a last axis of levels;
        ``seeds`` [C].
    """
    full = {**samples, "accuracy": -np.expm1(samples["log_error"])}
    cells, seeds = full["kappa"].shape[:2]
    result: Samples = {"seeds": np.full(cells, float(seeds))}
    for name in MEANS:
        if name in run.quantities:
            result[f"{name}_mean"] = full[name].mean(axis=1)
            result[f"{name}_se"] = _standard_error(full[name])
    for name in QUANTILES:
        if name in run.quantities and run.quantiles:
            levels = np.quantile(full[name], run.quantiles, axis=1)
            result[f"{name}_quantile"] = np.moveaxis(levels, 0, -1)
    if "improved" in run.quantities:
        better = improved(full["kappa"]).sum(axis=1)
        lower, upper = interval(better, np.full(better.shape, seeds), run.error)
        result["improved"] = better / seeds
        result["improved_lower"], result["improved_upper"] = lower, upper
    return result


def _standard_error(values: np.ndarray) -> np.ndarray:
    """NaN for a single seed, whose spread is unknown."""
    seeds = values.shape[1]
    if seeds == 1:
        return np.full(values[:, 0].shape, np.nan)
    return values.std(axis=1, ddof=1) / np.sqrt(seeds)
