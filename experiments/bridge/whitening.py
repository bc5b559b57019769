"""What the theory asks of features, and how the probe's features compare with it.

Whitened by the covariance within classes the noise is isotropic, which R5 and R22 ask for.  That
covariance and the class means come from clean labels: they describe the data, no arm sees them.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Whitened:
    """Features in coordinates where the noise within classes has the identity as covariance.

    Attributes:
        train, test: features [n, d], the mean of the class means at the origin.
        rho: γ² of the class means in these coordinates, noise of their estimates subtracted; the
            common squared length of simplex means with the same mean squared distance (R22).
        distances: squared distances [K, K] of class means, noise subtracted.
        spectrum: eigenvalues within classes before whitening, in descending order.
    """

    train: np.ndarray
    test: np.ndarray
    rho: float
    distances: np.ndarray
    spectrum: np.ndarray


def whiten(train: np.ndarray, labels: np.ndarray, test: np.ndarray, classes: int) -> Whitened:
    """Whiten by the covariance within the classes of clean labels."""
    means = class_means(train, labels, classes)
    residual = train - means[labels]
    covariance = residual.T @ residual / (len(train) - classes)
    values, vectors = np.linalg.eigh(np.asarray(covariance, np.float64))
    turn = (vectors / np.sqrt(values)).astype(np.float32)
    centre = means.mean(axis=0)
    train, test = (train - centre) @ turn, (test - centre) @ turn
    distances = squared_distances(train, labels, classes)
    apart = distances[np.triu_indices(classes, 1)].mean()
    rho = float(apart * (classes - 1) / (2 * classes))
    return Whitened(train, test, rho, distances, values[::-1])


def class_means(features: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Means [K, d] of the classes."""
    return np.stack([features[labels == k].mean(axis=0) for k in range(classes)])


def squared_distances(features: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Squared distances of class means under unit noise, without the noise of the means."""
    means = class_means(features, labels, classes).astype(np.float64)
    counts = np.bincount(labels, minlength=classes)
    apart = ((means[:, None] - means[None]) ** 2).sum(axis=-1)
    noise = features.shape[1] * (1 / counts[:, None] + 1 / counts[None])
    return np.maximum(apart - noise, 0) * (1 - np.eye(classes))
