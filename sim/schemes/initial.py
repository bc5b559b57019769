"""No retraining."""

from __future__ import annotations

from typing import ClassVar

import jax

from relabel_lab.sim.schemes.base import Scheme


class Initial(Scheme):
    """Keep the given labels: every round returns the initial model."""

    family: ClassVar[str] = "initial"
    hard: ClassVar[bool] = True

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """The given label."""
        return given
