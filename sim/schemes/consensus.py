"""Retraining where prediction and given label agree."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim.schemes.base import Scheme


class Consensus(Scheme):
    """Retrain only where predicted and given label agree (R4)."""

    family: ClassVar[str] = "consensus"
    hard: ClassVar[bool] = True

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """The common label, or 0 where the two differ."""
        return (jnp.sign(score) + given) / 2
