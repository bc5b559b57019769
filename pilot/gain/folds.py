"""Random folds, balanced by given label, that never part rows with equal features."""

import numpy as np

from relabel_lab.pilot.data import Dataset


def assign_folds(data: Dataset, folds: int, rng: np.random.Generator) -> np.ndarray:
    """A fold number 0…folds−1 for every row, shape (n,).

    Units (rows with equal features) are dealt out one class after the other, in random order, so
    that sizes and class shares differ between folds by a unit at most.
    """
    unit = np.arange(data.n) if data.unit is None else data.unit
    _, first, inverse = np.unique(unit, return_index=True, return_inverse=True)
    order = rng.permutation(len(first))
    order = order[np.argsort(data.given[first][order], kind="stable")]
    dealt = np.empty(len(first), np.int64)
    dealt[order] = (np.arange(len(first)) + rng.integers(folds)) % folds
    return dealt[inverse]
