"""Margins beyond 1 by a uniform amount."""

from __future__ import annotations

from typing import ClassVar, Literal

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers, positive
from relabel_lab.sim.margins.base import Margin, decay_edges, standardised
from relabel_lab.sim.margins.panels import merged, panels, turning_points


class Uniform(Margin):
    """m = 1 + U(0, width)."""

    width: Numbers
    family: ClassVar[str] = "uniform"
    arguments: ClassVar[tuple[str, ...]] = ("width",)
    form: ClassVar[str | None] = "uniform:W"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "uniform"

    def __check_init__(self):
        positive("margin uniform width", self.width)

    def mean(self) -> Numbers:
        """E m = 1 + width/2."""
        return 1 + self.width / 2

    def second_moment(self) -> Numbers:
        """E m^2 = 1 + width + width^2/3."""
        return 1 + self.width * (1 + self.width / 3)

    def push(self, base: jax.Array) -> jax.Array:
        """1 + width * base."""
        return 1 + jnp.asarray(self.width, base.dtype) * base

    def nodes(self, slope: Numbers, *offsets: Numbers) -> tuple[jax.Array, jax.Array]:
        """Panels in u/width on (0, 1)."""
        edges = merged((0, 1), standardised(turning_points(slope, offsets), self.width))
        return self._weighted(*panels(edges))

    def decaying_nodes(self, kappa: Numbers) -> tuple[jax.Array, jax.Array]:
        """Panels in u/width down to exp(-45) of the largest value."""
        steep = jnp.asarray(kappa * self.width)
        return self._weighted(*panels(decay_edges(kappa * steep, steep**2 / 2, 1.0)))

    def _weighted(self, v: jax.Array, w: jax.Array) -> tuple[jax.Array, jax.Array]:
        return 1 + jnp.asarray(self.width)[..., None] * v, w
