"""Flips that look at nothing."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers, require
from relabel_lab.sim.margins import Margin
from relabel_lab.sim.noise.base import ExactNoise


class UniformFlips(ExactNoise):
    """Every label is flipped independently with probability ``p`` in [0, 1/2)."""

    p: Numbers
    family: ClassVar[str] = "uniform"
    arguments: ClassVar[tuple[str, ...]] = ("p",)
    form: ClassVar[str | None] = "uniform:P"

    def __check_init__(self):
        require("p", self.p, lambda p: (p >= 0) & (p < 0.5), "in [0, 0.5)")

    def flip_given_margin(self, m: jax.Array) -> jax.Array:
        """The same ``p`` at every margin."""
        return jnp.broadcast_to(self.p, jnp.shape(m))

    def mean_flip(self, law: Margin) -> Numbers:
        """``p`` itself, whatever the margin law."""
        return self.p
