"""Flips by true class (R17)."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers
from relabel_lab.sim.margins import Margin
from relabel_lab.sim.noise.base import ExactNoise, check_average, check_chance


class ClassFlips(ExactNoise):
    r"""Flip probabilities by true class.

    They act on the averaging classifier through \(\pi_+p_+ + \pi_-p_-\) alone (R17); a learner
    with an intercept sees the classes apart, and the direct engine draws them so.

    Args:
        p_plus: probability that a positive label is flipped.
        p_minus: probability that a negative label is flipped.
        positive: share of positive true labels; the averaged probability must be below 1/2.
    """

    p_plus: Numbers
    p_minus: Numbers
    positive: Numbers = 0.5
    family: ClassVar[str] = "classes"
    arguments: ClassVar[tuple[str, ...]] = ("p_plus", "p_minus", "positive")
    optional: ClassVar[int] = 1
    form: ClassVar[str | None] = "classes:P_PLUS,P_MINUS[,SHARE]"

    def __check_init__(self):
        for name in ("p_plus", "p_minus", "positive"):
            check_chance(name, getattr(self, name))
        check_average(self._average())

    def _average(self) -> Numbers:
        return self.positive * self.p_plus + (1 - self.positive) * self.p_minus

    def flip_given_margin(self, m: jax.Array) -> jax.Array:
        """The average over the classes, at every margin."""
        return jnp.broadcast_to(self._average(), jnp.shape(m))

    def flip_given_class(self, m: jax.Array, y: jax.Array) -> jax.Array:
        """The class's own probability."""
        return jnp.where(y > 0, self.p_plus, self.p_minus)

    def mean_flip(self, law: Margin) -> Numbers:
        """The average over the classes."""
        return self._average()
