"""The binary law (R5, gaussian margins) on every pair of classes, beside what is measured.

Of each pair: its images, whitened within classes, the averaging classifier, binary randomised
response.  ρ and α are estimated once from clean labels; no other number is fitted.
"""

from itertools import combinations
from typing import Any

import jax
import numpy as np

from relabel_lab.experiments.arms import arms_named
from relabel_lab.experiments.bridge.linear import Averaging
from relabel_lab.experiments.bridge.whitening import whiten
from relabel_lab.experiments.engine import accuracy_of, run_arms
from relabel_lab.experiments.labels import randomised_response
from relabel_lab.experiments.records import label_accuracies
from relabel_lab.sim import Consensus, Full, Gaussian, Initial, Problem
from relabel_lab.theory import predict

ARMS = ("given", "full", "consensus")
SCHEMES = {"given": Initial(), "full": Full(), "consensus": Consensus()}


def pair_rows(
    train: np.ndarray,
    clean: np.ndarray,
    test: np.ndarray,
    test_clean: np.ndarray,
    classes: tuple[str, ...],
    epsilons: tuple[float, ...],
    draws: int = 4,
) -> list[dict[str, Any]]:
    """One row a pair and ε: measured and predicted accuracies, means over draws of the noise."""
    rows = []
    for number, (one, other) in enumerate(combinations(range(len(classes)), 2)):
        own, foreign = np.isin(clean, (one, other)), np.isin(test_clean, (one, other))
        labels = (clean[own] == other).astype(np.int32)
        white = whiten(train[own], labels, test[foreign], 2)
        scored = (test_clean[foreign] == other).astype(np.int32)
        for epsilon in epsilons:
            key = jax.random.fold_in(jax.random.key(2), number)
            measured = measure(white.train, labels, white.test, scored, epsilon, draws, key)
            rho = float(white.distances[0, 1] / 4)
            told = {"pair": [classes[one], classes[other]], "epsilon": epsilon, "rho": rho}
            n, d = white.train.shape
            predicted = forecast(n, d, rho, epsilon)
            rows.append({**told, "n": n, "d": d, "measured": measured, "predicted": predicted})
    return rows


def measure(
    train: np.ndarray,
    labels: np.ndarray,
    test: np.ndarray,
    scored: np.ndarray,
    epsilon: float,
    draws: int,
    key: jax.Array,
) -> dict[str, dict[str, float]]:
    """Accuracy on test images and of the labels kept, by arm."""
    mechanism = randomised_response(2, epsilon)
    keys = jax.random.split(key, draws)
    given = np.stack([mechanism.draw(labels, key=each) for each in keys])
    trained = run_arms(arms_named(ARMS), Averaging(2), train, given, key=keys)
    return {
        name: {
            "accuracy": float(accuracy_of(arm.predict, test, scored).mean()),
            "labels": float(np.mean([row["kept"] for row in label_accuracies(arm, given, labels)])),  # type: ignore[arg-type]
        }
        for name, arm in trained.items()
    }


def forecast(n: int, d: int, rho: float, epsilon: float) -> dict[str, dict[str, float]]:
    """The same by R5 with m ~ N(1, 1/ρ), which is the isotropic mixture."""
    problem = Problem(
        n=n, d=d, p=float(1 / (1 + np.exp(epsilon))), gamma=float(np.sqrt(rho)), margin=Gaussian()
    )
    told = {name: predict(problem, scheme) for name, scheme in SCHEMES.items()}
    return {
        name: {
            "accuracy": float(outcome.accuracy[-1]),
            "labels": float(outcome.label_accuracy[-1]),
        }
        for name, outcome in told.items()
    }
