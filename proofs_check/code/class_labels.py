"""The label accuracies that the paper reports for CIFAR-100, beside the law of K classes (R22)."""

from __future__ import annotations

from typing import Any

import numpy as np

from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.registry import PAPER, Check, Claim, Evidence, Setting
from relabel_lab.sim import ClassProblem, Consensus, Full
from relabel_lab.theory import Prediction, predict

CLASSES, DIMENSIONS = 100, 10**8
# epsilon; accuracy of the given labels, of predictions on all samples, on the consensus set
REPORTED = (
    (3, 0.2235, 0.2490, 0.7609),
    (4, 0.4632, 0.5085, 0.9159),
    (5, 0.6809, 0.6651, 0.9483),
)
ALPHA = np.geomspace(0.5, 500, 40)
HALVINGS = 36
POINT = 0.01


def _at(scheme: Full | Consensus, given: float, rho: Array) -> Prediction:
    n, d = np.round(ALPHA * DIMENSIONS), DIMENSIONS + CLASSES - 1
    return predict(ClassProblem(n, d, 1 - given, np.sqrt(rho), classes=CLASSES), scheme)


def _fitted(given: float, predicted: float) -> Array:
    """The separation at which predictions on all samples are right as often as reported."""
    low, high = np.full(ALPHA.shape, np.log(1e-2)), np.full(ALPHA.shape, np.log(1e3))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        over = np.asarray(_at(Full(), given, np.exp(middle)).label_accuracy)[:, 1] > predicted
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return np.exp((low + high) / 2)


def judge(_: Any, f: Formulas, setting: Setting) -> Evidence:
    """Over all alpha, the rho that meets the second number, then the third and the gain."""
    checks, notes = [], {}
    for epsilon, given, predicted, agreeing in REPORTED:
        rho = _fitted(given, predicted)
        full, consensus = (_at(scheme, given, rho) for scheme in (Full(), Consensus()))
        met = np.abs(np.asarray(full.label_accuracy)[:, 1] - predicted) < 1e-6
        off = np.where(met, np.abs(np.asarray(consensus.label_accuracy)[:, 1] - agreeing), np.inf)
        best = int(np.argmin(off))
        checks.append(
            Check(f"consensus set, epsilon = {epsilon}", agreeing, off[best], off[best] < POINT)
        )
        gain = max(float(np.diff(each.kappa[best])[0]) for each in (full, consensus))
        checks.append(Check(f"kappa gained there, epsilon = {epsilon}", "< 0", gain, gain < 0))
        notes[f"alpha, rho at epsilon = {epsilon}"] = (float(ALPHA[best]), float(rho[best]))
    return Evidence(tuple(checks), notes=notes)


CLAIMS = (
    Claim(
        "labels-cifar-100",
        "numerical",
        PAPER,
        r"At 100 classes two numbers, $\alpha$ and $\rho$, chosen for each privacy level, meet the accuracy "
        r"reported for predicted labels and come within one point of that reported for the consensus set; "
        r"there retraining harms the averaging classifier, so that it does not explain the reported gain.",
        {"epsilon, given, predicted, consensus": REPORTED},
        judge,
    ),
)
