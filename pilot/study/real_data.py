"""Real data sets with flipped or human labels, split into training and test rows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import train_test_split

from relabel_lab.pilot.channel import Channel

EPSILONS = (1.0, 2.0, 3.0)
NEWS_EPSILONS = (0.3, 0.5, 0.8)
_LOADERS = {"digits": load_digits, "cancer": load_breast_cancer, "wine": load_wine}


@dataclass(frozen=True, eq=False)
class Case:
    """One data set with one kind of noise.

    Attributes:
        name: of set and noise.
        epsilon: of randomised response; None for human labels, whose channel nobody knows.
        repetition: seed of split and flips.
        rows: gives X, given labels, test X, true test labels.
    """

    name: str
    epsilon: float | None
    repetition: int
    rows: Callable[[], tuple[Any, np.ndarray, Any, np.ndarray]]


def small(name: str, repetition: int) -> list[Case]:
    """Digits, cancer or wine at each epsilon; 70 % of the rows for training."""

    def rows(epsilon: float) -> Callable[[], Any]:
        def load() -> Any:
            X, y = _LOADERS[name](return_X_y=True)
            parts = train_test_split(X, y, train_size=0.7, stratify=y, random_state=repetition)
            X_train, X_test, y_train, y_test = parts
            return X_train, flip(y_train, epsilon, repetition), X_test, y_test

        return load

    return [Case(f"{name}, ε = {e:g}", e, repetition, rows(e)) for e in EPSILONS]


def news(folder: Path, repetition: int) -> list[Case]:
    """The news texts with human labels, and with true labels flipped at each epsilon."""

    def rows(epsilon: float | None) -> Callable[[], Any]:
        def load() -> Any:
            train = pd.read_csv(folder / "noisyagnews_train.csv.gz")
            test = pd.read_csv(folder / "agnews_test.csv.gz")
            words = TfidfVectorizer(min_df=2, sublinear_tf=True, stop_words="english")
            X = words.fit_transform(train["text"])
            truth = train["gt"].to_numpy()
            if epsilon is None:
                given = train["label"].to_numpy()
            else:
                given = flip(truth, epsilon, repetition)
            return X, given, words.transform(test["text"]), test["label"].to_numpy()

        return load

    human = [Case("news, human labels", None, repetition, rows(None))]
    return human + [Case(f"news, ε = {e:g}", e, repetition, rows(e)) for e in NEWS_EPSILONS]


def flip(y: np.ndarray, epsilon: float, seed: int) -> np.ndarray:
    """Randomised response, simulated; no release of anybody's labels."""
    rng = np.random.default_rng([seed, 40])
    K = int(y.max()) + 1
    keep = Channel.from_epsilon(epsilon, K).keep
    return np.where(rng.random(len(y)) < keep, y, (y + rng.integers(1, K, len(y))) % K)
