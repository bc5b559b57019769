"""Reductions over seeds."""

import numpy as np
import pytest

from relabel_lab.scan.config import Run
from relabel_lab.scan.statistics import summarise

pytestmark = pytest.mark.smoke


def _samples(seeds=50):
    rng = np.random.default_rng(0)
    shape = (3, seeds, 2, 3)
    return {
        "kappa": rng.normal(1, 0.3, shape),
        "log_error": -rng.exponential(2, shape),
        "label_accuracy": rng.random(shape),
        "coverage": rng.random(shape),
    }


def test_against_a_loop_over_cells():
    samples = _samples()
    found = summarise(samples, Run(schemes=("full", "consensus"), rounds=2, quantiles=(0.1, 0.5)))
    for cell in range(3):
        for scheme in range(2):
            for turn in range(3):
                at = (cell, scheme, turn)
                kappa = samples["kappa"][cell, :, scheme, turn]
                first = samples["kappa"][cell, :, scheme, 0]
                accuracy = 1 - np.exp(samples["log_error"][cell, :, scheme, turn])
                np.testing.assert_allclose(found["kappa_mean"][at], np.mean(kappa))
                np.testing.assert_allclose(found["kappa_se"][at], np.std(kappa, ddof=1) / 50**0.5)
                np.testing.assert_allclose(found["accuracy_mean"][at], np.mean(accuracy))
                np.testing.assert_allclose(found["accuracy_quantile"][at][1], np.median(accuracy))
                assert found["improved"][at] == np.mean(kappa > first)
                assert (
                    found["improved_lower"][at]
                    <= found["improved"][at]
                    <= found["improved_upper"][at]
                )
    assert (found["seeds"] == 50).all()


def test_ties_are_no_improvement():
    samples = _samples()
    samples["kappa"][:] = 1.0
    assert (summarise(samples, Run(schemes=("full", "consensus")))["improved"] == 0).all()


def test_one_seed_has_no_standard_error():
    found = summarise(_samples(1), Run(schemes=("full", "consensus")))
    assert np.isnan(found["kappa_se"]).all() and np.isfinite(found["kappa_mean"]).all()


def test_only_wanted_quantities():
    found = summarise(_samples(), Run(schemes=("full", "consensus"), quantities=("coverage",)))
    assert set(found) == {"seeds", "coverage_mean", "coverage_se"}
