"""Problems with known truth: synthetic mixtures and clusters, and rows of real data sets.

A problem is drawn from its number alone, so that any subset of the study can be repeated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer, load_digits, load_wine

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.learners import Learner, learner, named_learner
from relabel_lab.pilot.study.lean import LeanLogistic, LeanRidge

TEST_ROWS = 4000
FEW_WEIGHTS = 160  # up to here Newton's steps cost less than scikit-learn's
Drawn = tuple[int, Any, int, int]  # classes, split, n, d
Draw = Callable[[int, np.random.Generator], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, eq=False)
class Problem:
    """Where rows come from, how labels are flipped, and what learns from them.

    Attributes:
        number: the problem's number.
        kind: *gaussian*, *heavy*, *clusters*, *digits*, *cancer* or *wine*.
        n: rows with given labels.
        d: features.
        classes: K.
        flip_rate: of symmetric flips.
        learner: with its path.
        split: ``split(rng)`` gives n fresh rows with true labels, and test rows with theirs.
    """

    number: int
    kind: str
    n: int
    d: int
    classes: int
    flip_rate: float
    learner: Learner
    split: Callable[[np.random.Generator], tuple[Any, ...]]

    @property
    def work(self) -> float:
        """Roughly what the problem costs, in products of one pass over its rows."""
        passes = 1000 if self.learner.name.startswith("logistic") else self.d
        return float(passes * self.n * self.d * self.classes)

    @property
    def channel(self) -> Channel:
        """The known channel."""
        return Channel.from_flip_rate(self.flip_rate, self.classes)

    def flip(self, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Given labels for true ones."""
        wrong = rng.random(len(y)) < self.flip_rate
        return np.where(wrong, (y + rng.integers(1, self.classes, len(y))) % self.classes, y)


def problem(number: int) -> Problem:
    """The problem of a number: kind, size, noise and learner vary independently."""
    rng = np.random.default_rng([14, number])
    kind = str(rng.choice(list(_KINDS)))
    classes, split, n, d = _KINDS[kind](rng)
    most = 0.4 if classes == 2 else 0.65 if classes < 10 else 0.75
    rate = float(np.round(rng.uniform(0.05, most), 3))
    name = str(rng.choice(list(_LEARNERS), p=list(_LEARNERS.values())))
    return Problem(number, kind, n, d, classes, rate, _learner(name, d * classes), split)


# Logistic regression is rarer because it takes ten times as long.
_LEARNERS = {"ridge:1": 0.4, "ridge:1000": 0.3, "logistic:1": 0.2, "logistic:0.01": 0.1}


def _learner(name: str, weights: int) -> Learner:
    """Lean learners, which do the same as those of the pilot, as far as they are faster."""
    family, _, strength = name.partition(":")
    if family == "ridge":
        return learner(LeanRidge(float(strength)), name)
    if weights <= FEW_WEIGHTS:
        return learner(LeanLogistic(float(strength)), name)
    return named_learner(name)


def _gaussian(rng: np.random.Generator) -> Drawn:
    return _simplex(rng, lambda noise, _: noise)


def _heavy(rng: np.random.Generator) -> Drawn:
    """Student noise with 3 degrees of freedom, scaled to variance 1."""
    return _simplex(rng, lambda z, own: z / np.sqrt(own.chisquare(3, (len(z), 1))))


def _simplex(rng: np.random.Generator, shape: Callable[..., np.ndarray]) -> Drawn:
    K, d = int(rng.choice([2, 4])), int(rng.choice([10, 40, 150]))
    n = int(rng.choice([300, 1000, 3000], p=[0.4, 0.45, 0.15]))
    gap = rng.uniform(1.0, 2.5)
    scales = np.arange(1, d + 1) ** -rng.choice([0.0, 0.5])
    means = gap * np.eye(K, d)

    def draw(size: int, own: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        y = own.integers(K, size=size)
        return means[y] + scales * shape(own.standard_normal((size, d)), own), y

    return K, _fresh(draw, n), n, d


def _clusters(rng: np.random.Generator) -> Drawn:
    """Several clusters a class: no linear rule is right."""
    K, d, per = int(rng.choice([2, 4])), int(rng.choice([10, 40])), 3
    n = int(rng.choice([300, 1000, 3000], p=[0.4, 0.45, 0.15]))
    centres = rng.standard_normal((K, per, d)) * rng.uniform(0.6, 1.4)

    def draw(size: int, own: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        y = own.integers(K, size=size)
        return centres[y, own.integers(per, size=size)] + own.standard_normal((size, d)), y

    return K, _fresh(draw, n), n, d


def _fresh(draw: Draw, n: int) -> Callable[[np.random.Generator], tuple[Any, ...]]:
    def split(rng: np.random.Generator) -> tuple[Any, ...]:
        return (*draw(n, rng), *draw(TEST_ROWS, rng))

    return split


def _real(load: Callable[..., Any], share: float) -> Callable[..., Drawn]:
    """Rows of a real data set; those not drawn are the test rows."""

    def make(rng: np.random.Generator) -> Drawn:
        X, y = load(return_X_y=True)
        n = int(len(y) * share)

        def split(own: np.random.Generator) -> tuple[Any, ...]:
            order = own.permutation(len(y))
            train, test = order[:n], order[n:]
            return X[train], y[train], X[test], y[test]

        return int(y.max()) + 1, split, n, X.shape[1]

    return make


_KINDS: dict[str, Callable[[np.random.Generator], Drawn]] = {
    "gaussian": _gaussian,
    "heavy": _heavy,
    "clusters": _clusters,
    "digits": _real(load_digits, 0.4),
    "cancer": _real(load_breast_cancer, 0.5),
    "wine": _real(load_wine, 0.6),
}
