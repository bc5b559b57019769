"""Ridge regression on labels: loss (y - <theta, x> - b)^2 / 2, solved in closed form."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import jax
import jax.numpy as jnp
from jax.scipy.linalg import cho_factor, cho_solve

from relabel_lab.sim.learners.base import Design, Fit, Penalised, finished, used

REFINEMENTS = 2


class Ridge(Penalised):
    """Ridge regression through the normal equations of the smaller side, [d, d] or [n, n].

    The factorisation is done in the type of the samples; two steps of iterative refinement with
    float64 residuals recover what it rounds away.
    """

    family: ClassVar[str] = "ridge"
    linear: ClassVar[bool] = True
    form: ClassVar[str | None] = "ridge:L with L > 0"

    def scratch(self, n: int, d: int) -> int:
        """The centred samples, their Gram matrix and its factor."""
        return n * d + 3 * min(n, d) ** 2 + 8 * (n + d)

    def fit(self, x: jax.Array, labels: jax.Array, start: Fit | None = None) -> Fit:
        """Fit to samples x [n, d] and labels [n]; ``start`` is not needed."""
        weight, count = used(labels)
        design = Design(x, self.intercept)
        ridge = self.penalty * jnp.ones(x.shape[1] + 1).at[-1].set(0.0)
        labels = labels.astype(jnp.float64)

        def gradient(parameters: jax.Array) -> jax.Array:
            misfit = weight * (design.scores(parameters) - labels) / count
            return design.pull(misfit) + ridge * parameters

        centre = self.intercept * design.pull(weight / count)[:-1]
        solve = _inverse(x, centre, weight, count, self.penalty)

        def step(parameters: jax.Array, _: None) -> tuple[jax.Array, None]:
            slope = gradient(parameters)
            theta = solve(slope[:-1] - slope[-1] * centre)
            lift = slope[-1] - centre @ theta
            return parameters - jnp.append(theta, self.intercept * lift), None

        zero = jnp.zeros(x.shape[1] + 1)
        parameters, _ = jax.lax.scan(step, zero, length=1 + REFINEMENTS)
        scale = jnp.linalg.norm(gradient(zero))
        return finished(self, x, parameters, gradient(parameters), scale)


def _inverse(
    x: jax.Array, centre: jax.Array, weight: jax.Array, count: jax.Array, penalty: jax.Array
) -> Callable[[jax.Array], jax.Array]:
    """Multiplication by (C'C/count + penalty I)^-1, C the centred samples used."""
    n, d = x.shape
    rows = (x - centre.astype(x.dtype)) * weight.astype(x.dtype)[:, None]
    share = (1 / count).astype(x.dtype)
    gram = share * (rows.T @ rows if d <= n else rows @ rows.T)
    factor = cho_factor(gram + jnp.asarray(penalty, x.dtype) * jnp.eye(len(gram), dtype=x.dtype))

    def primal(v: jax.Array) -> jax.Array:
        return cho_solve(factor, v.astype(x.dtype)).astype(jnp.float64)

    def dual(v: jax.Array) -> jax.Array:  # Woodbury's identity
        inner = cho_solve(factor, rows @ v.astype(x.dtype))
        return (v - share * (inner @ rows).astype(jnp.float64)) / penalty

    return primal if d <= n else dual
