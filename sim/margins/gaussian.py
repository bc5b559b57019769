"""Gaussian margins: the isotropic mixture."""

from __future__ import annotations

from typing import ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim.kit import Numbers, number, positive
from relabel_lab.sim.margins.base import Margin, standardised
from relabel_lab.sim.margins.normal import density, log_tail
from relabel_lab.sim.margins.panels import merged, panels, turning_points

_GAUSSIAN_EDGES = np.linspace(-9.0, 9.0, 7)


class Gaussian(Margin):
    r"""m ~ N(1, scale^2); with scale unset, \(\sigma/\gamma\): the isotropic mixture (R12)."""

    scale: Numbers = None
    breaks: tuple[Numbers, ...] = ()
    family: ClassVar[str] = "gaussian"
    form: ClassVar[str | None] = "gaussian[:S]"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "normal"

    @classmethod
    def read(cls, text: str) -> Gaussian:
        """With its scale or without."""
        return cls(float(text) if text else None)

    def written(self) -> str:
        """The scale where it is set."""
        return "" if self.scale is None else number(self.scale)

    def __check_init__(self):
        if self.scale is not None:
            positive("margin gaussian scale", self.scale)

    def at(self, rho: Numbers) -> Margin:
        """Fill in scale = rho^(-1/2) unless it was given."""
        return self if self.scale is not None else Gaussian(rho**-0.5, self.breaks)

    def broken_at(self, points: tuple[Numbers, ...]) -> Margin:
        """With nodes that break at margins ``points``."""
        return Gaussian(self.scale, points)

    def mean(self) -> Numbers:
        """E m = 1."""
        return 1.0

    def second_moment(self) -> Numbers:
        """E m^2 = 1 + scale^2."""
        return 1 + self._scale**2

    def push(self, base: jax.Array) -> jax.Array:
        """1 + scale * base."""
        return 1 + jnp.asarray(self._scale, base.dtype) * base

    def nodes(self, slope: Numbers, *offsets: Numbers) -> tuple[jax.Array, jax.Array]:
        """Panels in (m - 1)/scale on (-9, 9), around both turning points."""
        points = turning_points(slope, offsets)
        extra = standardised(jnp.concatenate([points, -points], axis=-1), self._scale)
        for point in self.breaks:
            edge = standardised(jnp.asarray(point, jnp.float64)[..., None], self._scale)
            extra = jnp.concatenate(
                [extra, jnp.broadcast_to(edge, (*extra.shape[:-1], 1))], axis=-1
            )
        return self._weighted(*panels(merged((-9, -6, -3, 0, 3, 6, 9), extra)))

    def decaying_nodes(self, kappa: Numbers) -> tuple[jax.Array, jax.Array]:
        """Panels around the peak of the density times the Gaussian factor."""
        spread = jax.lax.rsqrt(1 + jnp.asarray(kappa * self._scale, jnp.float64) ** 2)[..., None]
        edges = (spread**2 - 1) / jnp.asarray(self._scale)[..., None] + spread * _GAUSSIAN_EDGES
        return self._weighted(*panels(edges))

    def _log_tail(self, kappa: jax.Array) -> jax.Array:
        return log_tail(kappa * jax.lax.rsqrt(1 + (kappa * self._scale) ** 2))

    def _weighted(self, g: jax.Array, w: jax.Array) -> tuple[jax.Array, jax.Array]:
        return 1 + jnp.asarray(self._scale)[..., None] * g, w * density(g)

    @property
    def _scale(self) -> Numbers:
        if self.scale is None:
            raise ValueError("margin gaussian has no scale yet: take Problem.law or at(rho)")
        return self.scale
