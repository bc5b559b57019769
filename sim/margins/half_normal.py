"""Margins beyond 1 by a half-normal amount."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers, positive
from relabel_lab.sim.margins.base import Margin, decay_edges, standardised
from relabel_lab.sim.margins.normal import density
from relabel_lab.sim.margins.panels import merged, panels, turning_points

_HALF_NORMAL_MEAN = math.sqrt(2 / math.pi)


class HalfNormal(Margin):
    """m = 1 + abs(N(0, scale^2))."""

    scale: Numbers
    family: ClassVar[str] = "half-normal"
    arguments: ClassVar[tuple[str, ...]] = ("scale",)
    form: ClassVar[str | None] = "half-normal:S"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "normal"

    def __check_init__(self):
        positive("margin half-normal scale", self.scale)

    def mean(self) -> Numbers:
        r"""E m = 1 + scale \(\sqrt{2/\pi}\)."""
        return 1 + self.scale * _HALF_NORMAL_MEAN

    def second_moment(self) -> Numbers:
        r"""E m^2 = 1 + 2 scale \(\sqrt{2/\pi}\) + scale^2."""
        return 1 + self.scale * (2 * _HALF_NORMAL_MEAN + self.scale)

    def push(self, base: jax.Array) -> jax.Array:
        """1 + scale * abs(base)."""
        return 1 + jnp.asarray(self.scale, base.dtype) * jnp.abs(base)

    def nodes(self, slope: Numbers, *offsets: Numbers) -> tuple[jax.Array, jax.Array]:
        """Panels in abs(u)/scale on (0, 9)."""
        edges = merged((0, 4.5, 9), standardised(turning_points(slope, offsets), self.scale))
        return self._weighted(*panels(edges))

    def decaying_nodes(self, kappa: Numbers) -> tuple[jax.Array, jax.Array]:
        """Panels in abs(u)/scale down to exp(-45) of the largest value."""
        steep = jnp.asarray(kappa * self.scale)
        return self._weighted(*panels(decay_edges(kappa * steep, (steep**2 + 1) / 2)))

    def _weighted(self, g: jax.Array, w: jax.Array) -> tuple[jax.Array, jax.Array]:
        return 1 + jnp.asarray(self.scale)[..., None] * g, 2 * w * density(g)
