"""What the theory predicts for a fitted mixture; asked for only where the mixture fits."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from relabel_lab.pilot.fit.mixture import Mixture

ROUNDS = 3
ALIKE = 0.95  # effective dimension over r from which the noise counts as isotropic
DOMINATES = 0.5  # share of one eigenvalue in tr Σ⁴ beyond which R5s has no limit


@dataclass(frozen=True)
class Prediction:
    """Predictions for the averaging classifier, or the reason there is none.

    Attributes:
        reason: why there is no prediction, or None.
        accuracy: accuracy over rounds 0…T by scheme.
        gain: of one round, by scheme.
        best_round: round of the highest accuracy by scheme.
        n_saved: labels with which the initial classifier would be as good as full retraining at
            this n; None where retraining does not help.
        critical: separation above which full retraining helps at maximal noise, at this alpha.
    """

    reason: str | None
    accuracy: dict[str, list[float]] = field(default_factory=dict)
    gain: dict[str, float] = field(default_factory=dict)
    best_round: dict[str, int] = field(default_factory=dict)
    n_saved: int | None = None
    critical: float | None = None


def prediction(fitted: Mixture) -> Prediction:
    """Accuracy over rounds in the proportional limit (R5, R5s, R21)."""
    fourth = fitted.eigenvalues**4
    if fourth[0] > DOMINATES * fourth.sum():
        return Prediction("one eigenvalue of the noise dominates, and then no limit exists (R5s)")
    if fitted.gamma == 0 or fitted.p == 0:
        return Prediction("the classes' means do not differ" if fitted.p else "no label flips")
    accuracy = {}
    for name in ("full", "consensus"):
        told = _over_rounds(fitted, name)
        if isinstance(told, str):
            return Prediction(told)
        accuracy[name] = told
    gain = {name: values[1] - values[0] for name, values in accuracy.items()}
    best = {name: int(np.argmax(values)) for name, values in accuracy.items()}
    return Prediction(
        None, accuracy, gain, best, _labels_saved(fitted, accuracy["full"][1]), _critical(fitted)
    )


def _over_rounds(fitted: Mixture, name: str) -> list[float] | str:
    """Accuracy over several rounds where the theory has them, else over one; or why neither."""
    from relabel_lab.sim import parse_scheme
    from relabel_lab.theory import predict

    problem, scheme = _problem(fitted, fitted.n), parse_scheme(name)
    told = predict(problem, scheme, ROUNDS)
    if told.reason is not None:
        told = predict(problem, scheme, 1)
    if told.reason is not None:
        return str(told.reason)
    return [float(value) for value in np.asarray(told.accuracy)]


def _labels_saved(fitted: Mixture, target: float) -> int | None:
    from relabel_lab.sim import Initial
    from relabel_lab.theory import predict

    sizes = np.geomspace(fitted.n, 100 * fitted.n, 200).astype(np.int64)
    reached = np.asarray(predict(_problem(fitted, sizes), Initial()).accuracy[..., 0])
    if reached[0] >= target or reached[-1] < target:
        return None
    return int(sizes[np.argmax(reached >= target)])


def _critical(fitted: Mixture) -> float:
    from relabel_lab.sim import Full, parse_margin
    from relabel_lab.theory import critical_rho

    return float(critical_rho(fitted.alpha, Full(), parse_margin(fitted.margin)))


def _problem(fitted: Mixture, n: Any) -> Any:
    """The theory's problem; eigenvalues that hardly differ count as equal, for later rounds."""
    from relabel_lab.sim import Problem

    r = len(fitted.eigenvalues)
    alike = fitted.dimension > ALIKE * r
    shape = {"sigma": fitted.variance**0.5} if alike else {"spectrum": fitted.eigenvalues}
    return Problem(n, r + 1, fitted.p, fitted.gamma, margin=fitted.margin, **shape)
