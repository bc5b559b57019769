r"""Orthonormal contrasts: coordinates of score vectors whose entries sum to zero."""

import numpy as np


def contrasts(classes: int) -> np.ndarray:
    r"""H [K, K - 1] with \(HH^\top = I - 11^\top/K\) (Helmert); row j is the label of class j."""
    columns = []
    for k in range(1, classes):
        column = np.zeros(classes)
        column[:k], column[k] = 1.0, -k
        columns.append(column / np.sqrt(k * (k + 1)))
    return np.stack(columns, axis=1)
