"""Randomised response with a prior, in two stages (Ghazi et al. 2021, arXiv 2102.06062).

The first part of the samples gets plain randomised response.  A model trained on it gives each
sample of the rest a prior over classes; there the label is reported among the k classes of
largest prior only, with the k that maximises the probability of a right report.  Every label is
randomised once, so the whole is epsilon label-differentially private.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.experiments.labels.mechanism import checked, randomised_response
from relabel_lab.sim.kit import positive, reject, require

Prior = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From given labels [n] and the mask [n] of the first stage to class probabilities [n, K]."""


class TwoStage(NamedTuple):
    """What two stages leave behind.

    Attributes:
        labels: given labels [n].
        likelihood: P(given | true = k), [n, K].
        first: mask [n] of the first stage.
        top: number of classes [n] among which the report was made.
    """

    labels: np.ndarray
    likelihood: np.ndarray
    first: np.ndarray
    top: np.ndarray


def two_stage(
    clean: np.ndarray,
    classes: int,
    epsilon: float,
    prior: Prior,
    *,
    key: jax.Array,
    share: float = 0.5,
) -> TwoStage:
    """Given labels by two stages; ``share`` is the first stage's part of the samples."""
    clean = checked(clean, classes)
    require("share", share, lambda x: (x > 0) & (x < 1), "in (0, 1)")
    split, plain, second = jax.random.split(key, 3)
    order = np.argsort(np.asarray(jax.random.bits(split, clean.shape)), kind="stable")
    first = np.zeros(len(clean), dtype=bool)
    first[order[: round(share * len(clean))]] = True
    response = randomised_response(classes, epsilon)
    labels = response.draw(clean, key=plain)
    likelihood, top = response.likelihood(labels), np.full(len(clean), classes)
    rest = ~first
    told = prior(np.where(first, labels, 0), first)[rest]
    labels[rest], likelihood[rest], top[rest] = respond(clean[rest], told, epsilon, key=second)
    return TwoStage(labels, likelihood, first, top)


def respond(
    clean: np.ndarray, prior: np.ndarray, epsilon: float, *, key: jax.Array
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One report for each sample given its prior [n, K]: label, likelihood [n, K], number k."""
    prior = np.asarray(prior, dtype=np.float64)
    if prior.shape[0] != len(clean) or prior.ndim != 2:
        raise reject("prior", f"of shape {prior.shape}", f"of shape ({len(clean)}, K)")
    order = np.argsort(-prior, axis=1, kind="stable")
    top = best_top(np.take_along_axis(prior, order, axis=1), epsilon)
    place = np.argsort(order, axis=1)  # rank of each class
    keep, miss = _probabilities(top, epsilon)
    likelihood = _table(place, clean, top, keep, miss)
    steps = np.cumsum(likelihood, axis=1)
    uniform = np.asarray(jax.random.uniform(key, clean.shape, jnp.float32), np.float64)
    label = (uniform[:, None] >= steps[:, :-1]).sum(axis=1).astype(np.int32)
    return label, _likelihood(label, place, top, keep, miss), top


def best_top(sorted_prior: np.ndarray, epsilon: float) -> np.ndarray:
    """The k that maximises e^eps / (e^eps + k - 1) times the prior of the k likeliest classes."""
    positive("epsilon", epsilon)
    k = np.arange(1, sorted_prior.shape[1] + 1)
    right = np.cumsum(sorted_prior, axis=1) / (1 + (k - 1) * np.exp(-epsilon))
    return 1 + np.argmax(right, axis=1)


def _probabilities(top: np.ndarray, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    """Probability of the true label and of each other one, where the true label is in the top."""
    keep = 1 / (1 + (top - 1) * np.exp(-epsilon))
    return keep, keep * np.exp(-epsilon)


def _table(
    place: np.ndarray, clean: np.ndarray, top: np.ndarray, keep: np.ndarray, miss: np.ndarray
) -> np.ndarray:
    """P(report = j | the clean label), [n, K]: uniform over the top where the label is outside."""
    rows = np.arange(len(clean))
    inside = place < top[:, None]
    table = np.where(inside, miss[:, None], 0.0)
    table[rows, clean] = keep
    outside = place[rows, clean] >= top
    table[outside] = inside[outside] / top[outside, None]
    return table


def _likelihood(
    label: np.ndarray, place: np.ndarray, top: np.ndarray, keep: np.ndarray, miss: np.ndarray
) -> np.ndarray:
    """P(the report made | true = k), [n, K]."""
    likelihood = np.where(place < top[:, None], miss[:, None], 1 / top[:, None])
    likelihood[np.arange(len(label)), label] = keep
    return likelihood.astype(np.float32)
