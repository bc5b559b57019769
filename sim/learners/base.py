"""What a linear classifier is: fitted to samples and labels, it scores x by <theta, x> + b."""

from __future__ import annotations

from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Card, DTypeLike, Numbers, PyTree, positive

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
"""Default limits on `Fit.residual` by the type of the samples."""


class Fit(eqx.Module):
    """A fitted classifier and how well it solves its equations.

    Attributes:
        theta: weights [d], float64.
        intercept: b, zero unless the learner has one.
        residual: norm of the objective's gradient, relative to its norm at theta = 0, b = 0.
        converged: whether the residual is within the learner's tolerance.
    """

    theta: jax.Array
    intercept: jax.Array
    residual: jax.Array
    converged: jax.Array


class Learner(Card):
    """A way to fit a linear classifier; subclasses are small frozen pytrees.

    Attributes:
        linear: whether the fit is linear in the labels, so that their scale does not matter.
    """

    linear: ClassVar[bool] = False

    def fit(self, x: jax.Array, labels: jax.Array, start: Fit | None = None) -> Fit:
        """Fit to samples x [n, d] and labels [n], from ``start`` where that saves time."""
        raise NotImplementedError

    def scratch(self, n: int, d: int) -> int:
        """Numbers held while fitting, beside the samples."""
        return 8 * (n + d)


class Averaging(Learner):
    """The averaging classifier, the mean of label * x; what `sim.direct` trains by default."""

    family: ClassVar[str] = "averaging"
    linear: ClassVar[bool] = True

    def fit(self, x: jax.Array, labels: jax.Array, start: Fit | None = None) -> Fit:
        """The mean over all n samples; always converged."""
        theta = (labels.astype(x.dtype) @ x).astype(jnp.float64) / x.shape[0]
        return Fit(theta, jnp.zeros(()), jnp.zeros(()), jnp.array(True))


class Penalised(Learner):
    r"""Minimises (mean loss over the samples used) + (penalty/2) ||theta||^2; b is not penalised.

    Samples with label exactly 0 are left out, from the mean too, as if they had been dropped
    from the data.  Other labels lie in [-1, 1]; between the ends they are soft labels.

    Attributes:
        penalty: the factor of the squared weights, > 0.
        intercept: whether b is fitted or zero.
        tolerance: limit on `Fit.residual`; by default `TOLERANCE` by the type of the samples.
    """

    penalty: Numbers
    intercept: bool = eqx.field(static=True, default=False)
    tolerance: Numbers = None
    arguments: ClassVar[tuple[str, ...]] = ("penalty",)

    def __check_init__(self):
        positive("penalty", self.penalty)
        if self.tolerance is not None:
            positive("tolerance", self.tolerance)

    def limit(self, dtype: DTypeLike) -> PyTree:
        """The tolerance in use for samples of this type."""
        return TOLERANCE[jnp.dtype(dtype).name] if self.tolerance is None else self.tolerance


class Design(eqx.Module):
    """Products with [x, 1] (or [x, 0] without intercept); vectors in float64, x in its own type.

    Parameters are vectors [d + 1], the intercept last.
    """

    x: jax.Array
    intercept: bool = eqx.field(static=True)

    def scores(self, parameters: jax.Array) -> jax.Array:
        """<theta, x> + b of all samples."""
        products = self.x @ parameters[:-1].astype(self.x.dtype)
        return products.astype(jnp.float64) + self.intercept * parameters[-1]

    def pull(self, weights: jax.Array) -> jax.Array:
        """Sum of weight * (x, 1) over the samples."""
        sums = (weights.astype(self.x.dtype) @ self.x).astype(jnp.float64)
        return jnp.append(sums, self.intercept * jnp.sum(weights))


def score(x: jax.Array, fit: Fit) -> jax.Array:
    """Scores of samples x [n, d] by a fitted classifier, in float64."""
    return Design(x, True).scores(jnp.append(fit.theta, fit.intercept))


def used(labels: jax.Array) -> tuple[jax.Array, jax.Array]:
    """One where a sample is trained on, else zero, and how many there are (at least 1)."""
    weight = (labels != 0).astype(jnp.float64)
    return weight, jnp.maximum(jnp.sum(weight), 1.0)


def finished(
    learner: Penalised, x: jax.Array, parameters: jax.Array, gradient: jax.Array, scale: jax.Array
) -> Fit:
    """The fit at ``parameters``; ``scale`` is the gradient's norm at zero."""
    size = jnp.linalg.norm(gradient)
    residual = jnp.where(scale > 0, size / scale, size)
    converged = residual <= learner.limit(x.dtype)
    return Fit(parameters[:-1], parameters[-1], residual, converged)
