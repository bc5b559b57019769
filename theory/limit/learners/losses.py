r"""What the limit asks of a penalised learner: its loss's force, and the training score.

A sample of label y pulls its own score s by \(-\ell'(s, y)\).  Fitted with weight w, its training
score is the minimiser of \(w\ell(s, y) + (s - h)^2/2\), h the score of a model without the sample.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import reject
from relabel_lab.sim.learners import Learner, Logistic, Ridge

_HALVINGS, _STEPS = 10, 6


class Loss(NamedTuple):
    r"""A convex loss of score and label in [-1, 1]; elementwise functions.

    Attributes:
        force: \(-\ell'(s, y)\).
        curvature: \(\ell''(s)\).
    """

    force: Callable[[jax.Array, jax.Array], jax.Array]
    curvature: Callable[[jax.Array], jax.Array]

    def training_score(self, free: jax.Array, label: jax.Array, weight: jax.Array) -> jax.Array:
        """The s with s = free + weight force(s, label); ``weight`` >= 0, arrays of one shape."""
        residual = lambda s: s - free - weight * self.force(s, label)  # noqa: E731
        # The force at 0 and at ``free`` bound the score: forces fall as scores rise.
        ends = free + weight * self.force(free, label)
        low, high = jnp.minimum(free, ends), jnp.maximum(free, ends)

        def halve(_: int, ends: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            low, high = ends
            # Even on a scale that is logarithmic far out: a large weight leaves a wide bracket.
            middle = jnp.sinh((jnp.arcsinh(low) + jnp.arcsinh(high)) / 2)
            above = residual(middle) > 0
            return jnp.where(above, low, middle), jnp.where(above, middle, high)

        def newton(_: int, s: jax.Array) -> jax.Array:
            moved = s - residual(s) / (1 + weight * self.curvature(s))
            return jnp.clip(moved, low, high)

        low, high = jax.lax.fori_loop(0, _HALVINGS, halve, (low, high))
        s = jax.lax.fori_loop(0, _STEPS, newton, (low + high) / 2)
        # One more step from a constant carries the derivatives of the solution.
        s = jax.lax.stop_gradient(s)
        return s - residual(s) / (1 + weight * self.curvature(s))


# One object each, so that what is compiled for a loss is found again.
_SQUARED = Loss(lambda s, y: y - s, jnp.ones_like)
_LOGISTIC = Loss(lambda s, y: (y - jnp.tanh(s / 2)) / 2, lambda s: (1 - jnp.tanh(s / 2) ** 2) / 4)


def loss_of(learner: Learner) -> Loss:
    """The loss of a learner whose limit is known: ridge and logistic regression."""
    if isinstance(learner, Ridge):
        return _SQUARED
    if isinstance(learner, Logistic):
        return _LOGISTIC
    raise reject("learner", learner.name, "ridge:L or logistic:L for a limit; direct answers")
