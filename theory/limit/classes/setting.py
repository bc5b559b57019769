r"""The numbers that a one-round limit of K classes depends on (R22)."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.classes import ClassProblem


class Setting(eqx.Module):
    r"""Arrays that broadcast, [...].

    Attributes:
        keep: h, the probability of a right given label.
        rho: \(\tilde\rho = \rho K/(K-1)\).
        alpha: n/r.
        classes: K.
    """

    keep: jax.Array
    rho: jax.Array
    alpha: jax.Array
    classes: jax.Array

    @classmethod
    def of(cls, problem: ClassProblem) -> Setting:
        """Of a problem."""
        classes = jnp.asarray(problem.classes, jnp.float64)
        parts = (1.0 - problem.p, problem.rho * classes / (classes - 1), problem.alpha, classes)
        return cls(*jnp.broadcast_arrays(*(jnp.asarray(x, jnp.float64) for x in parts)))

    @property
    def other(self) -> jax.Array:
        """q, the probability of each wrong given label."""
        return (1 - self.keep) / (self.classes - 1)

    @property
    def noise(self) -> jax.Array:
        r"""\(s = 1/\sqrt{\alpha K}\): standard deviation of a score's noise over \(\sigma^2\)."""
        return 1 / jnp.sqrt(self.alpha * self.classes)

    @property
    def memory(self) -> jax.Array:
        r"""\(B = \sqrt{K/\alpha}\): what a sample's own label adds to its score, over s."""
        return jnp.sqrt(self.classes / self.alpha)

    def signal(self, right: Any, wrong: Any) -> jax.Array:
        """The multiple of Pi in E[L e_y^T], from P(label right), P(label wrong), both used."""
        return (right - wrong / (self.classes - 1)) / self.classes

    @property
    def kappa(self) -> jax.Array:
        """R22's kappa of the initial model: the true class's lead in a score, over its noise."""
        return self.rho * self.signal(self.keep, 1 - self.keep) / self.noise
