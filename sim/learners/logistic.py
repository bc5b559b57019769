r"""Logistic regression: loss log(1 + exp(-y h)), h = <theta, x> + b; soft labels by cross-entropy.

For a label y in [-1, 1] the cross-entropy is \(\log(2\cosh(h/2)) - yh/2\), which is the
logistic loss at y = +-1.  Minimised by Newton's method: directions by conjugate gradients
(lineax), step lengths by backtracking, which costs no pass over the samples.
"""

from __future__ import annotations

from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import lineax  # type: ignore[import-untyped]
from jax import lax

from relabel_lab.sim.kit import PyTree, Scalar
from relabel_lab.sim.learners.base import Design, Fit, Penalised, finished, used

DECREASE = 1e-4  # Armijo's constant
HALVINGS = 30
ROUNDING = 1e-14  # of the objective, which near its minimum no longer tells steps apart


class Logistic(Penalised):
    """Logistic regression with an l2 penalty, to a relative gradient of ``tolerance``.

    ``max_steps`` limits Newton steps, ``max_products`` the conjugate-gradient steps of each.
    """

    family: ClassVar[str] = "logistic"
    form: ClassVar[str | None] = "logistic:L with L > 0"

    max_steps: int = eqx.field(static=True, default=50)
    max_products: int = eqx.field(static=True, default=500)

    def fit(self, x: jax.Array, labels: jax.Array, start: Fit | None = None) -> Fit:
        """Fit to samples x [n, d] and labels [n] in [-1, 1], from ``start`` or from zero."""
        objective = _Objective.of(self, x, labels)
        zero = jnp.zeros(x.shape[1] + 1)
        scale = jnp.linalg.norm(objective.gradient(zero, jnp.zeros(x.shape[0])))
        goal = self.limit(x.dtype) * scale
        first = zero if start is None else jnp.append(start.theta, start.intercept)

        def state(parameters: jax.Array, steps: Scalar) -> PyTree:
            scores = objective.design.scores(parameters)
            return parameters, scores, objective.gradient(parameters, scores), steps

        def unfinished(now: PyTree) -> jax.Array:
            return (jnp.linalg.norm(now[2]) > goal) & (now[3] < self.max_steps)

        def step(now: PyTree) -> PyTree:
            parameters, scores, gradient, steps = now
            forcing = jnp.clip(jnp.sqrt(jnp.linalg.norm(gradient) / scale), 1e-3, 0.1)
            direction = objective.direction(scores, gradient, forcing, self.max_products)
            length = objective.length(parameters, scores, gradient, direction)
            return state(parameters + length * direction, steps + 1)

        parameters, _, gradient, _ = lax.while_loop(unfinished, step, state(first, 0))
        return finished(self, x, parameters, gradient, scale)


class _Objective(eqx.Module):
    """Mean loss over the samples used plus penalty, as functions of parameters and scores."""

    design: Design
    labels: jax.Array
    share: jax.Array  # 1/count for a sample used, else 0
    ridge: jax.Array

    @property
    def unit(self) -> jax.Array:
        """The penalty."""
        return self.ridge[0]

    @classmethod
    def of(cls, learner: Penalised, x: jax.Array, labels: jax.Array) -> _Objective:
        weight, count = used(labels)
        ridge = learner.penalty * jnp.ones(x.shape[1] + 1).at[-1].set(0.0)
        design = Design(x, learner.intercept)
        return cls(design, labels.astype(jnp.float64), weight / count, ridge)

    def value(self, parameters: jax.Array, scores: jax.Array) -> jax.Array:
        loss = jnp.logaddexp(scores / 2, -scores / 2) - self.labels * scores / 2
        return self.share @ loss + self.ridge @ parameters**2 / 2

    def gradient(self, parameters: jax.Array, scores: jax.Array) -> jax.Array:
        slope = self.share * (jnp.tanh(scores / 2) - self.labels) / 2
        return self.design.pull(slope) + self.ridge * parameters

    def direction(
        self, scores: jax.Array, gradient: jax.Array, forcing: jax.Array, steps: int
    ) -> jax.Array:
        """Newton's direction up to a residual of ``forcing`` times the gradient."""
        curvature = self.share * (1 - jnp.tanh(scores / 2) ** 2) / 4

        def product(v: jax.Array) -> jax.Array:
            return self.design.pull(curvature * self.design.scores(v)) + self.ridge * v

        # In units of the penalty, the least curvature, lineax's second test (on the change of
        # the solution) is implied by the first (on the residual).
        hessian = lineax.FunctionLinearOperator(
            lambda v: product(v) / self.unit,
            jax.eval_shape(lambda: gradient),
            lineax.positive_semidefinite_tag,
        )
        rest = forcing * jnp.linalg.norm(gradient) / self.unit
        solver = lineax.CG(rtol=0.0, atol=rest, norm=jnp.linalg.norm, max_steps=steps)
        return -lineax.linear_solve(hessian, gradient / self.unit, solver, throw=False).value

    def length(
        self, parameters: jax.Array, scores: jax.Array, gradient: jax.Array, direction: jax.Array
    ) -> jax.Array:
        """The first of 1, 1/2, 1/4 ... that lowers the objective enough."""
        change = self.design.scores(direction)
        now, slope = self.value(parameters, scores), gradient @ direction

        def too_long(state: PyTree) -> jax.Array:
            length, halvings = state
            value = self.value(parameters + length * direction, scores + length * change)
            enough = now + DECREASE * length * slope + ROUNDING * jnp.abs(now)
            return ~(value <= enough) & (halvings < HALVINGS)

        halve = lambda state: (state[0] / 2, state[1] + 1)  # noqa: E731
        return lax.while_loop(too_long, halve, (jnp.ones(()), 0))[0]
