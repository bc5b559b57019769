"""The binary law (R5, gaussian margins) on every pair of classes, beside what is measured.

Of each pair: its images, whitened within classes, the averaging classifier, binary randomised
response.  ρ and α are estimated once from clean labels; no other number is fitted.
"""

from itertools import combinations
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.experiments.arms import arms_named
from relabel_lab.experiments.bridge.linear import Averaging
from relabel_lab.experiments.bridge.whitening import whiten
from relabel_lab.experiments.engine import accuracy_of, run_arms
from relabel_lab.experiments.labels import randomised_response
from relabel_lab.experiments.records import label_accuracies
from relabel_lab.sim import Consensus, Full, Gaussian, Initial, Outcome, Problem
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
        keys = jax.random.split(jax.random.fold_in(jax.random.key(2), number), draws)
        measured = measure(white.train, labels, white.test, scored, epsilons, keys)
        n, d = white.train.shape
        about = {"pair": [classes[one], classes[other]], "n": n, "d": d}
        about["rho"] = float(white.distances[0, 1] / 4)
        rows += [{**about, "epsilon": epsilon, "measured": measured[epsilon]}
                 for epsilon in epsilons]  # fmt: skip
    return with_predictions(rows)


def measure(
    train: np.ndarray,
    labels: np.ndarray,
    test: np.ndarray,
    scored: np.ndarray,
    epsilons: tuple[float, ...],
    keys: jax.Array,
) -> dict[float, dict[str, dict[str, float]]]:
    """By ε and arm: accuracy on test images and of the labels kept, means over the keys."""
    responses = [randomised_response(2, epsilon) for epsilon in epsilons]
    given = np.stack([each.draw(labels, key=key) for each in responses for key in keys])
    every = jnp.concatenate([keys] * len(epsilons))
    trained = run_arms(arms_named(ARMS), Averaging(2), train, given, key=every)
    shape = (len(epsilons), len(keys))
    found: dict[float, dict[str, dict[str, float]]] = {epsilon: {} for epsilon in epsilons}
    for name, arm in trained.items():
        accuracy = accuracy_of(arm.predict, test, scored).reshape(shape).mean(axis=1)
        right = [row["kept"] for row in label_accuracies(arm, given, labels)]
        kept = np.array(right, dtype=float).reshape(shape).mean(axis=1)
        for i, epsilon in enumerate(epsilons):
            found[epsilon][name] = {"accuracy": float(accuracy[i]), "labels": float(kept[i])}
    return found


def with_predictions(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with what R5 says for m ~ N(1, 1/ρ), which is the isotropic mixture."""
    n, d, rho, epsilon = (np.array([row[key] for row in rows], float) for key in _PROBLEM)
    problem = Problem(n=n, d=d, p=1 / (1 + np.exp(epsilon)), gamma=np.sqrt(rho), margin=Gaussian())
    told = {name: predict(problem, scheme) for name, scheme in SCHEMES.items()}
    return [{**row, "predicted": {name: _row(outcome, i) for name, outcome in told.items()}}
            for i, row in enumerate(rows)]  # fmt: skip


_PROBLEM = ("n", "d", "rho", "epsilon")


def _row(outcome: Outcome, i: int) -> dict[str, float]:
    """The last round's accuracies of one problem."""
    return {
        "accuracy": float(outcome.accuracy[i, -1]),
        "labels": float(outcome.label_accuracy[i, -1]),
    }
