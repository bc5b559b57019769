"""How labels get flipped: the probability that a given label differs from the true one."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import require
from relabel_lab.sim.margins import Margin


class LabelNoise(eqx.Module):
    """Flips that depend on the sample's margin alone, so that the exact laws hold (R17, R18)."""

    @property
    def broken_assumption(self) -> str | None:
        """The assumption of R2-R5 that these flips break; None where the exact laws hold."""
        return None

    def probability(self, m: jax.Array) -> jax.Array:
        """Probability of a flip at margin ``m`` (any shape; same shape back)."""
        raise NotImplementedError

    def chance(self, m: jax.Array, y: jax.Array) -> jax.Array:
        """Probability of a flip at margin ``m`` and true label ``y`` = +-1, where one draws them."""
        return self.probability(m)

    def rate(self, law: Margin) -> Any:
        """Probability of a flip, averaged over the margin law."""
        raise NotImplementedError


class UniformFlips(LabelNoise):
    """Every label is flipped independently with probability ``p`` in [0, 1/2)."""

    p: Any

    def __check_init__(self):
        require("p", self.p, lambda p: (p >= 0) & (p < 0.5), "in [0, 0.5)")

    def probability(self, m: jax.Array) -> jax.Array:
        """The same ``p`` at every margin."""
        return jnp.broadcast_to(self.p, jnp.shape(m))

    def rate(self, law: Margin) -> Any:
        """``p`` itself, whatever the margin law."""
        return self.p
