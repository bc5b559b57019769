"""Full retraining."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim.schemes.base import Scheme


class Full(Scheme):
    """Retrain on the predicted hard labels of all samples (R3)."""

    family: ClassVar[str] = "full"
    hard: ClassVar[bool] = True

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """The sign of the score."""
        return jnp.sign(score)
