"""Noisy labels that several files share."""

import numpy as np
import pytest
from sklearn.datasets import make_classification


@pytest.fixture(scope="module")
def noisy():
    """Three classes, 300 samples, 30 % of the labels wrong; names of classes as texts."""
    X, y = make_classification(
        300, 8, n_informative=6, n_redundant=0, n_classes=3, class_sep=1.5, random_state=3
    )
    draw = np.random.default_rng(0)
    given = np.where(draw.random(300) < 0.3, (y + draw.integers(1, 3, 300)) % 3, y)
    return X, np.array(["ant", "bee", "cow"])[given]
