r"""Intervals for a Bernoulli share: at a fixed number of seeds, and valid at any time.

The anytime-valid one inverts the Beta-Bernoulli mixture martingale
\(M_n(q) = B(a+s, b+n-s) / (B(a,b)\, q^s (1-q)^{n-s})\), which starts at 1 and has mean 1 under
q; by Ville's inequality it ever exceeds 1/error with probability at most error (H. Robbins,
*Statistical methods related to the law of the iterated logarithm*, 1970).
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, xlog1py, xlogy
from scipy.stats import beta

PRIOR = 0.5  # a = b: the Jeffreys mixture


def clopper_pearson(
    successes: np.ndarray, trials: np.ndarray, error: float
) -> tuple[np.ndarray, np.ndarray]:
    """Exact interval at a number of trials fixed beforehand; covers with >= 1 - error."""
    s, n = np.asarray(successes, float), np.asarray(trials, float)
    lower = beta.ppf(error / 2, s, n - s + 1)
    upper = beta.ppf(1 - error / 2, s + 1, n - s)
    return np.where(s == 0, 0.0, lower), np.where(s == n, 1.0, upper)


def log_martingale(successes: np.ndarray, trials: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Logarithm of M_n(share), arrays that broadcast."""
    s, f = successes, trials - successes
    mixture = betaln(PRIOR + s, PRIOR + f) - betaln(PRIOR, PRIOR)
    return mixture - xlogy(s, share) - xlog1py(f, -share)


def confidence_sequence(
    successes: np.ndarray, trials: np.ndarray, error: float
) -> tuple[np.ndarray, np.ndarray]:
    """Interval that covers at all times together with probability >= 1 - error.

    Args:
        successes: seeds that improved, any shape.
        trials: seeds so far (>= 0), same shape.
        error: chance of ever missing the share.

    Returns:
        Lower and upper ends, by bisection to 2^-50: log M is convex in the share, with its
        minimum at successes / trials.
    """
    s, n = np.broadcast_arrays(np.asarray(successes, float), np.asarray(trials, float))
    centre = np.where(n > 0, s / np.maximum(n, 1), 0.5)
    level = -np.log(error)
    return _end(s, n, centre, np.zeros_like(s), level), _end(s, n, centre, np.ones_like(s), level)


def _end(
    s: np.ndarray, n: np.ndarray, inside: np.ndarray, outside: np.ndarray, level: float
) -> np.ndarray:
    """The end of the interval between ``inside`` and ``outside`` (0 or 1)."""
    edge = outside
    whole = log_martingale(s, n, edge) < level  # nothing on this side is excluded
    for _ in range(50):
        middle = (inside + outside) / 2
        kept = log_martingale(s, n, middle) < level
        inside, outside = np.where(kept, middle, inside), np.where(kept, outside, middle)
    return np.where(whole, edge, outside)
