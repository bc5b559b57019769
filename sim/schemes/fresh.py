"""Retraining on new samples."""

from __future__ import annotations

from typing import ClassVar, Literal

import jax
import jax.numpy as jnp

from relabel_lab.sim.schemes.base import Scheme


class Fresh(Scheme):
    """Every round labels n new samples with the current model and trains on them alone (R6).

    Nothing is remembered.  No rule for the samples at hand: the engines draw the new ones.
    """

    family: ClassVar[str] = "fresh"
    scores: ClassVar[Literal["in-sample", "out-of-fold", "new samples"]] = "new samples"
    any_learner: ClassVar[bool] = False

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Sign of the score, which must be that of a new sample."""
        return jnp.sign(score)
