"""What a Gaussian mixture looks like: five numbers of a labelled sample."""

import numpy as np
from scipy.stats import norm

from relabel_lab.pilot.fit.mixture import Mixture

NAMES = {
    "spread": "spread of the distance to the midpoint, over that of Gaussian noise",
    "skewness": "skewness of the deconvolved scores",
    "along": "noise along the mean, over the mean eigenvalue",
    "out_of_sample": "largest gap between held-out scores and their predicted law",
    "in_sample": "largest gap between in-sample scores and their predicted law",
}
FOLDS = 5
STEPS = 40


def statistics(X: np.ndarray, sign: np.ndarray, fitted: Mixture) -> dict[str, float]:
    """All of `NAMES` for one sample and the mixture fitted to it."""
    held_out, in_sample = scores(X, sign, fitted)
    return {
        "spread": spread(X, fitted),
        "skewness": abs(skewness(held_out, fitted.p)),
        "along": fitted.along,
        "out_of_sample": gap(held_out, fitted.p, 0.0),
        "in_sample": gap(in_sample, fitted.p, lean(fitted)),
    }


def spread(X: np.ndarray, fitted: Mixture) -> float:
    """Variance of the squared distance to the midpoint over its Gaussian value."""
    square = ((X - fitted.midpoint) ** 2).sum(axis=1)
    along = fitted.along * fitted.variance
    gaussian = 2 * (float((fitted.eigenvalues**2).sum()) + along**2)
    return float(square.var() / (gaussian + 4 * fitted.gamma**2 * along))


def scores(X: np.ndarray, sign: np.ndarray, fitted: Mixture) -> tuple[np.ndarray, np.ndarray]:
    """Averaging scores times the given label, held out and in sample, over their noise."""
    centred = X - fitted.midpoint
    parts = sign[:, None] * centred
    fold = np.arange(len(X)) % FOLDS
    total = parts.sum(axis=0)
    held_out = np.empty(len(X))
    for f in range(FOLDS):
        rest = (total - parts[fold == f].sum(axis=0)) / np.sum(fold != f)
        held_out[fold == f] = parts[fold == f] @ rest
    in_sample = parts @ (total / len(X))
    scale = np.sqrt(float((fitted.eigenvalues**2).sum()) / fitted.n)
    return held_out / scale, in_sample / scale


def skewness(signed: np.ndarray, p: float) -> float:
    """Skewness of score × true label: odd moments of score × given label shrink by 1 − 2p."""
    mean, deviation = law(signed, p, 0.0)
    second, third = (signed**2).mean(), (signed**3).mean() / (1 - 2 * p)
    return float((third - 3 * mean * second + 2 * mean**3) / deviation**3)


def lean(fitted: Mixture) -> float:
    r"""How far in-sample scores lean to their given label, \(k = T_1/(nN)\) (R5s)."""
    trace = float(fitted.eigenvalues.sum()) + (fitted.along + fitted.rho) * fitted.variance
    return trace / fitted.n / np.sqrt(float((fitted.eigenvalues**2).sum()) / fitted.n)


def law(signed: np.ndarray, p: float, lean_: float) -> tuple[float, float]:
    """Mean and standard deviation of the two Gaussians that the scores should mix.

    Maximum likelihood by expectation-maximisation: moments would divide by 1 − 2p and can leave a
    negative variance.
    """
    x = signed - lean_
    mean, second = float(np.abs(x).mean()), float((x**2).mean())
    for _ in range(STEPS):
        variance = max(second - mean**2, 1e-9 * second)
        sure = np.tanh(x * mean / variance + 0.5 * np.log((1 - p) / max(p, 1e-12)))
        mean = float((sure * x).mean())
    return mean, float(np.sqrt(max(second - mean**2, 1e-9 * second)))


def mixed(x: np.ndarray, p: float, mean: float, deviation: float) -> np.ndarray:
    """Distribution function of (1 − p) N(mean, ·) + p N(−mean, ·)."""
    return (1 - p) * norm.cdf(x, mean, deviation) + p * norm.cdf(x, -mean, deviation)


def gap(signed: np.ndarray, p: float, lean_: float) -> float:
    """Kolmogorov's distance to the mixture with the same first two moments."""
    mean, deviation = law(signed, p, lean_)
    ordered = np.sort(signed - lean_)
    expected = mixed(ordered, p, mean, deviation)
    n = len(ordered)
    steps = np.arange(1, n + 1) / n
    return float(np.maximum(np.abs(steps - expected), np.abs(steps - 1 / n - expected)).max())
