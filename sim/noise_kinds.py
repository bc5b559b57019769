"""Flips that stay inside the exact laws: by class (R17) and by margin (R18)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from sim.margins import Margin
from sim.noise import LabelNoise
from sim.validate import require


class ClassFlips(LabelNoise):
    r"""Flip probabilities by true class; they act through \(\pi_+p_+ + \pi_-p_-\) alone (R17).

    Args:
        p_plus: probability that a positive label is flipped.
        p_minus: probability that a negative label is flipped.
        positive: share of positive true labels; the averaged probability must be below 1/2.
    """

    p_plus: Any
    p_minus: Any
    positive: Any = 0.5

    def __check_init__(self):
        for name in ("p_plus", "p_minus", "positive"):
            require(name, getattr(self, name), lambda p: (p >= 0) & (p <= 1), "in [0, 1]")
        require("average flip probability", self._average(), lambda p: p < 0.5, "below 0.5")

    def _average(self) -> Any:
        return self.positive * self.p_plus + (1 - self.positive) * self.p_minus

    def probability(self, m: jax.Array) -> jax.Array:
        """The average over the classes, at every margin."""
        return jnp.broadcast_to(self._average(), jnp.shape(m))

    def rate(self, law: Margin) -> Any:
        """The average over the classes."""
        return self._average()


class MarginFlips(LabelNoise):
    r"""Flips that grow rarer away from the boundary: \(p(m) = \min(p\,e^{-\lambda(m-1)}, 1/2)\) (R18).

    Args:
        p: probability at margin 1, in [0, 1/2).
        decay: \(\lambda \ge 0\).
    """

    p: Any
    decay: Any

    def __check_init__(self):
        require("p", self.p, lambda p: (p >= 0) & (p < 0.5), "in [0, 0.5)")
        require("decay", self.decay, lambda x: (x >= 0) & jnp.isfinite(x), "finite and >= 0")

    def probability(self, m: jax.Array) -> jax.Array:
        """Probability of a flip at margin ``m``."""
        return jnp.minimum(self.p * jnp.exp(-self.decay * (m - 1)), 0.5)

    def rate(self, law: Margin) -> Any:
        """Average over the margin law."""
        m, weight = law.nodes(jnp.zeros(()), jnp.zeros(()))
        return jnp.sum(weight * self.probability(m), -1)
