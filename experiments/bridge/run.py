"""Theory beside the probe: linear learners in cells, and the binary law on pairs of classes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from relabel_lab.experiments.bridge.cell import run_linear
from relabel_lab.experiments.bridge.classes import Told, class_law, gram_of, simplex, span_of
from relabel_lab.experiments.bridge.pairs import pair_rows
from relabel_lab.experiments.bridge.whitening import Whitened, whiten
from relabel_lab.experiments.folder import RunFolder
from relabel_lab.experiments.inputs import Inputs, without_intercept
from relabel_lab.experiments.labels import keep_probability, randomised_response

PAIR_EPSILONS = (0.25, 0.5, 1.0, 2.0)
SEEDS = 3


def run_bridge(
    folder: RunFolder,
    inputs: Inputs,
    classes: tuple[str, ...],
    preset: str,
    epsilons: Sequence[float],
    seeds: int,
) -> Path:
    """Linear learners at every ε, then ``law.json``: estimates, all classes, pairs of classes."""
    clean = inputs.clean[inputs.rows]
    train, test = without_intercept(inputs.train), without_intercept(inputs.test)
    white = whiten(train, clean, test, inputs.classes)
    for seed in range(min(seeds, SEEDS)):
        for epsilon in epsilons:
            response = randomised_response(inputs.classes, epsilon)
            name = f"seed{seed}-linear-{epsilon:g}"
            folder.cell(
                name,
                lambda noise=response, eps=epsilon, seed=seed: run_linear(  # type: ignore[misc]
                    inputs, white, noise, eps, seed, preset
                ),
            )
    return folder.once(
        "law.json",
        lambda: {
            "estimates": estimates(white),
            "classes": class_rows(white, epsilons),
            "pairs": pair_rows(train, clean, test, inputs.test_labels, classes, PAIR_EPSILONS),
        },
    )


def estimates(white: Whitened) -> dict[str, Any]:
    """ρ, α and the shape of the spectrum within classes."""
    classes, (n, d) = len(white.distances), white.train.shape
    apart = white.distances[np.triu_indices(classes, 1)]
    return {
        "n": n,
        "d": d,
        "alpha": n / (d - classes + 1),
        "rho": white.rho,
        "pair_rho": {"least": float(apart.min() / 4), "most": float(apart.max() / 4)},
        "spectrum": [float(value) for value in white.spectrum],
    }


def class_rows(white: Whitened, epsilons: Sequence[float]) -> list[dict[str, Any]]:
    """What the law of K classes says at every ε: for the means as estimated, and for a simplex."""
    classes, (n, d) = len(white.distances), white.train.shape
    means, even = span_of(gram_of(white.distances)), simplex(classes, white.rho)
    rows: list[dict[str, Any]] = []
    for epsilon in epsilons:
        flips = 1 - keep_probability(classes, epsilon)
        own, other = (_arms(class_law(each, n, d, flips)) for each in (means, even))
        rows.append({"epsilon": epsilon, **own, "simplex": other})
    return rows


def _arms(law: dict[str, Told]) -> dict[str, dict[str, float]]:
    return {arm: told._asdict() for arm, told in law.items()}
