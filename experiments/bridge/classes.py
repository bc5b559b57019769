"""The averaging classifier on K classes with any means: R22's argument without its simplex.

Features are x = μ_y + z with z ~ N(0, I_d) also within the span of the means; R22 asks for a
simplex and for noise orthogonal to the span.  Write S for the span (K − 1 dimensions), r for the
other d − K + 1, L = e_label − 1/K (zero where left out).  Then, n and r large:

- a training sample's scores are C_0 x_S + (r/n) L + g with C_0 = E[L x_Sᵀ] and
  g ~ N(0, (r/n) E[L Lᵀ]): its own label is remembered;
- after retraining on L' they are C_1 x_S + N(0, V) for a fresh sample, C_1 = E[L' x_Sᵀ],
  V = (r/n) (E[L'L'ᵀ] + D E[L L'ᵀ] + E[L'Lᵀ] Dᵀ + D E[L Lᵀ] Dᵀ), D = E[L' gᵀ] E[g gᵀ]⁺: the part
  of the predicted labels that repeats the first model's noise.

Expectations are means over draws of (y, x_S, label, g), nothing is fitted.  For a simplex with
`within` = 0 this is R22 itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

DRAWS = 200_000


class Told(NamedTuple):
    """What the law says of one arm: test accuracy, accuracy of its labels, share of them kept."""

    accuracy: float
    labels: float
    kept: float


class _Draws(NamedTuple):
    """Samples of the mixture: class [m], position in the span [m, K − 1]."""

    truth: np.ndarray
    place: np.ndarray


def class_law(
    means: np.ndarray, n: int, d: int, flips: float, *, within: float = 1.0, draws: int = DRAWS
) -> dict[str, Told]:
    """Accuracies of given, full and consensus.

    Args:
        means: class means [K, K − 1] in coordinates of their span, under unit noise.
        n: number of training samples.
        d: number of features.
        flips: probability of a wrong given label, uniform over the other classes.
        within: standard deviation of the noise within the span.
        draws: draws behind every expectation; the error is about 0.5/√draws.
    """
    rng = np.random.default_rng(0)
    classes = len(means)
    ratio = (d - classes + 1) / n
    seen, fresh = (_draw(rng, means, within, draws) for _ in range(2))
    given = _flipped(rng, seen.truth, classes, flips)
    label = _centred(given, classes)
    first = label.T @ label / draws
    noise = _gaussian(rng, ratio * first, draws)
    scores = seen.place @ (label.T @ seen.place / draws).T + ratio * label + noise
    predicted = scores.argmax(axis=1)
    agree = predicted == given
    told = {"given": (label, np.zeros_like(first), given, np.ones(draws, bool))}
    for arm, kept in (("full", np.ones(draws, bool)), ("consensus", agree)):
        later = _centred(predicted, classes) * kept[:, None]
        repeat = later.T @ noise / draws @ np.linalg.pinv(ratio * first, hermitian=True)
        told[arm] = (later, repeat, predicted, kept)
    return {arm: _told(rng, seen, fresh, label, ratio, *parts) for arm, parts in told.items()}


def _told(
    rng: np.random.Generator,
    seen: _Draws,
    fresh: _Draws,
    label: np.ndarray,
    ratio: float,
    later: np.ndarray,
    repeat: np.ndarray,
    used: np.ndarray,
    kept: np.ndarray,
) -> Told:
    draws = len(used)
    pull, both = later.T @ seen.place / draws, later.T @ label / draws
    own, first = later.T @ later / draws, label.T @ label / draws
    spread = own + repeat @ both.T + both @ repeat.T + repeat @ first @ repeat.T
    scores = fresh.place @ pull.T + _gaussian(rng, ratio * spread, draws)
    right = used == seen.truth
    return Told(
        float((scores.argmax(axis=1) == fresh.truth).mean()),
        float(right[kept].mean()),
        float(kept.mean()),
    )


def _draw(rng: np.random.Generator, means: np.ndarray, within: float, draws: int) -> _Draws:
    """Balanced classes and their places in the span."""
    truth = rng.permutation(np.arange(draws) % len(means))
    return _Draws(truth, means[truth] + within * rng.standard_normal((draws, means.shape[1])))


def _flipped(rng: np.random.Generator, truth: np.ndarray, classes: int, rate: float) -> np.ndarray:
    """Labels, wrong with probability ``rate``."""
    shift = rng.integers(1, classes, truth.shape)
    return np.where(rng.random(truth.shape) < rate, (truth + shift) % classes, truth)


def _centred(labels: np.ndarray, classes: int) -> np.ndarray:
    """e_label − 1/K, [m, K]."""
    return np.eye(classes)[labels] - 1 / classes


def _gaussian(rng: np.random.Generator, covariance: np.ndarray, draws: int) -> np.ndarray:
    """Draws [m, K] of N(0, covariance), which may be singular."""
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return rng.standard_normal((draws, len(values))) @ root.T


def simplex(classes: int, rho: float) -> np.ndarray:
    """Means [K, K − 1] of squared norm ``rho`` with equal distances."""
    gram = rho * classes / (classes - 1) * (np.eye(classes) - 1 / classes)
    return span_of(gram)


def span_of(gram: np.ndarray) -> np.ndarray:
    """Means [K, K − 1] of this Gram matrix, centred, in coordinates of their span."""
    values, vectors = np.linalg.eigh(gram)
    return vectors[:, 1:] * np.sqrt(np.maximum(values[1:], 0.0))


def gram_of(distances: np.ndarray) -> np.ndarray:
    """Gram matrix of centred means from squared distances [K, K] (classical scaling)."""
    middle = np.eye(len(distances)) - 1 / len(distances)
    return -0.5 * middle @ distances @ middle
