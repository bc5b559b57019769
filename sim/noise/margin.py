"""Flips by margin (R18)."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers, require
from relabel_lab.sim.margins import Margin
from relabel_lab.sim.noise.base import ExactNoise


class MarginFlips(ExactNoise):
    r"""Flips that grow rarer away from the boundary: \(p(m) = \min(p\,e^{-\lambda(m-1)}, 1/2)\) (R18).

    Args:
        p: probability at margin 1, in [0, 1/2).
        decay: \(\lambda \ge 0\).
    """

    p: Numbers
    decay: Numbers
    family: ClassVar[str] = "margin"
    arguments: ClassVar[tuple[str, ...]] = ("p", "decay")
    form: ClassVar[str | None] = "margin:P,DECAY"

    def __check_init__(self):
        require("p", self.p, lambda p: (p >= 0) & (p < 0.5), "in [0, 0.5)")
        require("decay", self.decay, lambda x: (x >= 0) & jnp.isfinite(x), "finite and >= 0")

    def flip_given_margin(self, m: jax.Array) -> jax.Array:
        """Probability of a flip at margin ``m``."""
        return jnp.minimum(self.p * jnp.exp(-self.decay * (m - 1)), 0.5)

    def kinks(self) -> tuple[Numbers, ...]:
        """Where the probability reaches 1/2, below m = 1; without decay nowhere near."""
        safe = jnp.where(jnp.asarray(self.decay) > 0, self.decay, 1.0)
        odds = jnp.log(jnp.maximum(2.0 * jnp.asarray(self.p, jnp.float64), 1e-300))
        return (jnp.where(jnp.asarray(self.decay) > 0, 1.0 + odds / safe, -1e6),)

    def mean_flip(self, law: Margin) -> Numbers:
        """Average over the margin law."""
        m, weight = law.nodes(jnp.zeros(()), jnp.zeros(()))
        return jnp.sum(weight * self.flip_given_margin(m), -1)
