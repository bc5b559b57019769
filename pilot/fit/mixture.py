r"""Estimate the mixture \(x = c + y\,m\,\mu + \Sigma^{1/2}z\) from noisily labelled rows.

Class means are deconvolved from those of the given labels at the known flip rate (R14, R17),
\(\|\mu\|^2\) is freed of its sampling bias, the noise covariance is taken on the complement of
\(\mu\), and its eigenvalues are drawn together until \(tr\,\Sigma^2\) is unbiased.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Mixture:
    r"""Estimates of a two-class mixture.

    Attributes:
        n: rows.
        p: flip rate, known.
        prior: share of the positive class.
        midpoint: between the class means, (d,).
        direction: estimated \(\mu\), (d,).
        gamma: bias-free \(\|\mu\|\), 0 where noise explains the difference of means.
        eigenvalues: of the noise orthogonal to \(\mu\), r = d − 1 of them, largest first.
        along: noise variance along \(\mu\) over the mean eigenvalue: 0 constant margin, 1 the
            isotropic mixture; above, the noise leans along \(\mu\), which the theory excludes.
        error: sampling variance of each entry of ``direction``, on average.
    """

    n: int
    p: float
    prior: float
    midpoint: np.ndarray
    direction: np.ndarray
    gamma: float
    eigenvalues: np.ndarray
    along: float
    error: float = 0.0

    @property
    def variance(self) -> float:
        """Mean eigenvalue."""
        return float(self.eigenvalues.mean())

    @property
    def rho(self) -> float:
        r"""Separation \(\gamma^2/\sigma^2\)."""
        return self.gamma**2 / self.variance

    @property
    def alpha(self) -> float:
        """n/r."""
        return self.n / len(self.eigenvalues)

    @property
    def margin(self) -> str:
        """The margin law nearer to the noise along the mean."""
        return "gaussian" if self.along > 0.5 else "constant"

    @property
    def leading(self) -> float:
        """Share of the largest eigenvalue in the trace."""
        return float(self.eigenvalues[0] / self.eigenvalues.sum())

    @property
    def dimension(self) -> float:
        r"""Effective dimension \((tr\,\Sigma)^2/tr\,\Sigma^2\)."""
        return float(self.eigenvalues.sum() ** 2 / (self.eigenvalues**2).sum())


def estimate(X: np.ndarray, sign: np.ndarray, p: float) -> Mixture:
    """Fit the mixture.

    Args:
        X: features [n, d], d >= 2.
        sign: given labels ±1, (n,).
        p: flip rate, in [0, 1/2).
    """
    n = len(X)
    plus, minus = X[sign > 0], X[sign < 0]
    share = len(plus) / n
    prior = float(np.clip((share - p) / (1 - 2 * p), 0.02, 0.98))
    up = prior * (1 - p) / (prior * (1 - p) + (1 - prior) * p)  # P(+ | given +)
    down = prior * p / (prior * p + (1 - prior) * (1 - p))  # P(+ | given −)
    mean_plus, mean_minus = plus.mean(axis=0), minus.mean(axis=0)
    gap = mean_plus - mean_minus
    direction = gap / (2 * (up - down))
    centre = mean_minus + (1 - 2 * down) * direction
    total = np.cov(X.T)
    bias = np.trace(total) / (4 * (up - down) ** 2) * (1 / len(plus) + 1 / len(minus))
    square = max(0.0, float(direction @ direction - bias))
    within = total - share * (1 - share) * np.outer(gap, gap)
    # Inside a given class the true ones still mix, so that part of the means' distance is left.
    mixing = 4 * prior * (1 - prior) - 4 * share * (1 - share) * (up - down) ** 2
    eigenvalues, along = _split(within, direction, square, mixing * square, n)
    return Mixture(n, p, prior, centre, direction, square**0.5, eigenvalues, along, bias / len(gap))


def _split(
    within: np.ndarray, direction: np.ndarray, square: float, mixed: float, n: int
) -> tuple[np.ndarray, float]:
    """Eigenvalues on the complement of the direction, and the variance along the mean itself."""
    d = len(direction)
    unit = direction / np.linalg.norm(direction)
    projector = np.eye(d) - np.outer(unit, unit)
    raw = np.linalg.eigvalsh(projector @ within @ projector)[1:]  # the direction itself gives 0
    eigenvalues = shrink(np.clip(raw[::-1], 0, None), n)
    # The estimated direction is part mean, part noise; only the first part is asked for.
    mean = max(min(1.0, square / float(direction @ direction)), 1e-3)
    tilt = float((eigenvalues**2).sum() / eigenvalues.sum())
    along = (float(unit @ within @ unit) - (1 - mean) * tilt) / mean - mixed
    return eigenvalues, max(0.0, along / float(eigenvalues.mean()))


def shrink(eigenvalues: np.ndarray, n: int) -> np.ndarray:
    r"""Sample eigenvalues drawn toward their mean until \(tr\,\Sigma^2\) is unbiased."""
    r = len(eigenvalues)
    first, second = float(eigenvalues.sum()), float((eigenvalues**2).sum())
    unbiased = n**2 / ((n - 1) * (n + 2)) * (second - first**2 / n)
    mean = first / r
    spread = second / r - mean**2
    if spread <= 0:
        return eigenvalues
    factor = np.sqrt(np.clip((unbiased / r - mean**2) / spread, 0, 1))
    return mean + factor * (eigenvalues - mean)


def draw(fitted: Mixture, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rows [n, d] and given signs from the fitted mixture, in the basis of its eigenvectors.

    Noise along the mean stays between the theory's two margins (none, and as much as in any other
    direction), so that more of it counts against the fit.
    """
    y = np.where(rng.random(fitted.n) < fitted.prior, 1.0, -1.0)
    sign = np.where(rng.random(fitted.n) < fitted.p, -y, y)
    z = rng.standard_normal((fitted.n, len(fitted.eigenvalues) + 1))
    spread = np.sqrt(np.r_[min(fitted.along, 1.0) * fitted.variance, fitted.eigenvalues])
    X = z * spread
    X[:, 0] += y * fitted.gamma
    return X, sign
