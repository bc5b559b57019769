r"""State evolution of Bayes-optimal retraining in the isotropic mixture (R12).

Model: \(x = y\mu + N(0, I_d)\), \(\gamma = \|\mu\|\), \(\alpha = n/d\), P(y = 1) = ``prior``.  One
number q = E f^2 = E[y f] (labels are posterior means) describes a round: with the labels' q
the next direction has \(a = \gamma q\), noise \(\nu = q/\alpha\), and fresh scores with
\(\kappa^2 = \gamma^4 q/(\gamma^2 q + 1/\alpha)\).  Given labels act like q = (1 - 2p)^2.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import Numbers, positive, require, whole
from relabel_lab.sim.margins import tail

_G = np.linspace(-10.0, 10.0, 1001)  # trapezoid rule: exact to rounding for kappa up to about 5
_W = np.exp(-(_G**2) / 2) / np.sum(np.exp(-(_G**2) / 2))


class Mixture(NamedTuple):
    """gamma > 0, flip probability p in (0, 1/2], alpha = n/d > 0, prior = P(y = 1) in (0, 1)."""

    gamma: Numbers
    p: Numbers
    alpha: Numbers
    prior: Numbers = 0.5

    def check(self) -> Mixture:
        """Raise a ``ValueError`` for values outside these ranges."""
        positive("gamma", self.gamma)
        require("p", self.p, lambda p: (p > 0) & (p <= 0.5), "in (0, 0.5]")
        positive("alpha", self.alpha)
        require("prior", self.prior, lambda b: (b > 0) & (b < 1), "in (0, 1)")
        return self


class FixedPoint(NamedTuple):
    """A q with step(q) = q; stable if the slope there is below 1 in absolute value."""

    q: float
    slope: float

    @property
    def stable(self) -> bool:
        """Whether nearby starts converge to it."""
        return abs(self.slope) < 1


def fresh_kappa(q: Numbers, mixture: Mixture) -> jax.Array:
    r"""\(\kappa = \gamma a/\sqrt{a^2 + \nu}\) of the direction trained on labels with E f^2 = q."""
    square = mixture.gamma**2
    return square * jnp.sqrt(q / (square * q + 1 / mixture.alpha))


def accuracy(q: Numbers, mixture: Mixture) -> jax.Array:
    r"""\(\Phi(\kappa)\) of that direction."""
    return 1 - tail(fresh_kappa(q, mixture))


@jax.jit
def step(q: Numbers, mixture: Mixture) -> jax.Array:
    r"""E f^2 of the posterior means f that the direction trained on labels of q gives (R12)."""
    return posterior_square(fresh_kappa(q, mixture), mixture)


def posterior_square(kappa: Numbers, mixture: Mixture) -> jax.Array:
    """E f^2 of posterior means f at a score of signal-to-noise ratio ``kappa``, shape [...].

    Of the mixture only p and the prior matter.
    """
    kappa = jnp.asarray(kappa)[..., None]
    log_odds = jnp.log1p(-jnp.asarray(mixture.p)) - jnp.log(mixture.p)
    balance = jnp.log(mixture.prior) - jnp.log1p(-jnp.asarray(mixture.prior))
    total = jnp.zeros(())
    for y in (1, -1):
        for s in (1, -1):
            share = (mixture.prior if y == 1 else 1 - mixture.prior) * (
                1 - mixture.p if s == 1 else mixture.p
            )
            lean = jnp.asarray((s * log_odds + y * balance) / 2)[..., None]
            f = jnp.tanh(kappa * (kappa + _G) + lean)
            total = total + share * jnp.sum(_W * f**2, -1)
    return total


def evolution(mixture: Mixture, rounds: int, start: Numbers | None = None) -> jax.Array:
    """Q before each round, [..., rounds + 1]; it starts at (1 - 2p)^2 unless ``start`` is given."""
    mixture.check()
    whole("rounds", rounds, 0)
    q = jnp.asarray((1 - 2 * mixture.p) ** 2 if start is None else start, jnp.float64)
    path = [q]
    for _ in range(rounds):
        path.append(step(path[-1], mixture))
    return jnp.stack(jnp.broadcast_arrays(*path), -1)


def fixed_points(mixture: Mixture, grid: int = 2001) -> list[FixedPoint]:
    """All fixed points in [0, 1] of a scalar mixture, in rising order.

    Sign changes of step(q) - q on a grid that is fine near 0, refined by Brent's method.  Stable
    and unstable ones alternate: the unstable ones bound the basins.
    """
    from scipy.optimize import brentq  # slow to import

    mixture.check()
    q = np.concatenate([[0.0], np.geomspace(1e-12, 1.0, grid)])
    gap = np.asarray(step(jnp.asarray(q), mixture)) - q
    slope = jax.grad(lambda x: step(x, mixture))
    places = [0.0] if abs(gap[0]) < 1e-14 else []
    for i in np.flatnonzero(np.sign(gap[1:-1]) * np.sign(gap[2:]) < 0) + 1:
        places.append(brentq(lambda x: float(step(x, mixture)) - x, q[i], q[i + 1], xtol=1e-15))
    return [FixedPoint(x, float(slope(max(x, 1e-14)))) for x in places]


def bayes_accuracy(mixture: Mixture) -> float:
    """Accuracy of the stable fixed point that retraining from the given labels reaches."""
    start = float((1 - 2 * mixture.p) ** 2)
    q, following = start, float(step(start, mixture))
    while abs(following - q) > 1e-14:
        q, following = following, float(step(following, mixture))
    return float(accuracy(following, mixture))
