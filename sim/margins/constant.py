"""No spread: every sample at margin 1."""

from __future__ import annotations

from typing import ClassVar, Literal

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers
from relabel_lab.sim.margins.base import Margin
from relabel_lab.sim.margins.normal import log_tail


class Constant(Margin):
    """m = 1 (u = 0)."""

    family: ClassVar[str] = "constant"
    source: ClassVar[Literal["none", "normal", "uniform"]] = "none"

    def mean(self) -> Numbers:
        """E m = 1."""
        return 1.0

    def second_moment(self) -> Numbers:
        """E m^2 = 1."""
        return 1.0

    def push(self, base: jax.Array) -> jax.Array:
        """Ones, whatever the base draws."""
        return jnp.ones_like(base)

    def nodes(self, slope: Numbers, *offsets: Numbers) -> tuple[jax.Array, jax.Array]:
        """The single node m = 1 (Q = 1)."""
        shape = jnp.broadcast_shapes(jnp.shape(slope), *map(jnp.shape, offsets))
        one = jnp.ones((*shape, 1))
        return one, one

    def decaying_nodes(self, kappa: Numbers) -> tuple[jax.Array, jax.Array]:
        """The single node m = 1 (Q = 1)."""
        return self.nodes(kappa, 0.0)

    def _log_tail(self, kappa: jax.Array) -> jax.Array:
        return log_tail(kappa)
