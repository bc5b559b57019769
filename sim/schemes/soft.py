"""Soft labels."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers, positive
from relabel_lab.sim.schemes.base import Scheme


class Soft(Scheme):
    """Soft labels tanh(score / temperature); temperature in units of the score <theta, x>."""

    temperature: Numbers
    family: ClassVar[str] = "soft"
    smooth: ClassVar[bool] = True
    arguments: ClassVar[tuple[str, ...]] = ("temperature",)
    form: ClassVar[str | None] = "soft:T > 0"

    def __check_init__(self):
        positive("soft temperature", self.temperature)

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """tanh(score / temperature)."""
        return jnp.tanh(score / self.temperature)

    def width(self) -> Numbers:
        """The temperature."""
        return self.temperature
