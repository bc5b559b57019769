"""Draws of the exact law of one round of hard labels (R2, R3), written out in NumPy."""

import numpy as np

CHUNK = 2_000_000


def hard_draws(n, d, p, gamma, mix, seeds, seed=0, margin=None):
    """kappa0 and kappa of theta1 + mix * theta0, [seeds] each; ``margin(rng, size)`` draws m."""
    rng = np.random.default_rng(seed)
    parts = []
    while seeds > 0:
        size = min(seeds, max(1, CHUNK // n))
        parts.append(_some(rng, n, d, p, gamma, mix, size, margin))
        seeds -= size
    return tuple(np.concatenate(part) for part in zip(*parts, strict=True))


def _some(rng, n, d, p, gamma, mix, size, margin):
    r, rho = d - 1, gamma**2
    s = np.where(rng.random((size, n)) < p, -1.0, 1.0)
    m = np.ones((size, n)) if margin is None else margin(rng, (size, n))
    radius = np.sqrt(rng.chisquare(r, size) / n)
    epsilon = rng.standard_normal((size, n))
    epsilon -= epsilon.mean(1, keepdims=True)
    a0 = (s * m).mean(1)
    tau = np.sign(epsilon + radius[:, None] + rho * (a0 / radius)[:, None] * s * m)
    a = (s * tau * m).mean(1) + mix * a0
    c, b = tau.mean(1), (tau * epsilon).mean(1)
    rest = rng.chisquare(r - 1, size) / n if r > 1 else 0.0
    length = np.sqrt(((c + mix) * radius + b) ** 2 + (1 - c**2) * rest)
    kappa0 = rho * a0 / radius
    still = (tau == 1).all(1)
    if mix == -1:  # nothing is selected: the model stays
        return kappa0, np.where(still, kappa0, rho * a / np.where(still, 1, length))
    return kappa0, np.where(still, np.sign(1 + mix) * kappa0, rho * a / length)
