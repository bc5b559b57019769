"""Combinations of the initial and the retrained classifier."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers, require
from relabel_lab.sim.schemes.base import Scheme


class Interpolate(Scheme):
    r"""The direction \(\hat\theta_1 + \beta\hat\theta_0\) (R9): predicted plus beta given labels."""

    beta: Numbers
    family: ClassVar[str] = "interpolate"
    arguments: ClassVar[tuple[str, ...]] = ("beta",)
    form: ClassVar[str | None] = "interpolate:beta (finite)"
    hard: ClassVar[bool] = True

    def __check_init__(self):
        require("interpolate beta", self.beta, jnp.isfinite, "finite")

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """Weighted mean of both labels, scaled into [-1, 1]."""
        return (jnp.sign(score) + self.beta * given) / (1 + jnp.abs(self.beta))
