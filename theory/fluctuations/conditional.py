r"""Mean and covariance of kappa given \(a_0\) and \(R\) (R20).

Quadrature over the two things in which kappa bends most when r is small, the fresh noise X and
the length \(u = cR + b\) along the initial noise; second order in what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.theory.fluctuations.changes import Averages, with_constant
from relabel_lab.theory.fluctuations.delta import joint_law, propagate, skewed
from relabel_lab.theory.fluctuations.shape import Jet

STEPS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(10)
CHANCES = _WEIGHTS / _WEIGHTS.sum()


class RuleLaw(NamedTuple):
    """Law of (kappa0, kappa1, ...) after one round, given an initial model or over all of them.

    Attributes:
        mean, covariance: [f] and [f, f], to second order.
        improves: P(kappa1 > kappa0 or the bar).
        doubt: estimated error of ``improves``, see `Cumulants.doubt`.
    """

    mean: jax.Array
    covariance: jax.Array
    improves: jax.Array
    doubt: jax.Array

    @classmethod
    def given(
        cls,
        kappa0: jax.Array,
        law: tuple[jax.Array, jax.Array],
        improves: jax.Array,
        doubt: jax.Array,
    ) -> RuleLaw:
        """Of an initial model with ``kappa0``, from mean and covariance of the retrained ones."""
        values, inner = law
        inner = jnp.pad(inner, ((1, 0), (1, 0)))
        return cls(jnp.append(kappa0, values), inner, improves, doubt)

    def averaged(self, weight: jax.Array) -> RuleLaw:
        """Over initial models with probabilities ``weight``; every array has one entry a model."""
        improves, doubt = weight @ self.improves, weight @ self.doubt
        return RuleLaw(*total(weight, self.mean, self.covariance), improves, doubt)


def retrained(
    jets: Callable[[jax.Array, jax.Array], Jet],
    averages: Averages,
    lengthwise: jax.Array,
    rest: jax.Array,
    chance: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """Mean [f] and covariance [f, f] of functions of k averages and X.

    Args:
        jets: stacked `Jet` at a point [k + 1] for a covariance [k + 1, k + 1].
        averages: cumulants of the k averages.
        lengthwise: gradient [k] of u.
        rest: nodes of X.
        chance: their probabilities.
    """
    mean, covariance, third = with_constant(averages, chance @ rest)
    along, left = split(covariance, jnp.append(lengthwise, 0.0))

    def given(rest: jax.Array, step: jax.Array) -> tuple[jax.Array, jax.Array]:
        return joint_law(jets((mean + step * along).at[-1].set(rest), left), left)

    each = jax.vmap(jax.vmap(given, (None, 0)), (0, None))(rest, jnp.asarray(STEPS))
    weight = jnp.outer(chance, CHANCES).reshape(-1)
    values, inner = total(weight, *(leaf.reshape(-1, *leaf.shape[2:]) for leaf in each))
    return values, inner + skewed(jets(mean, covariance), third)


def positive(centre: Jet, shifted: Jet, averages: Averages, left: jax.Array) -> jax.Array:
    """P(function > 0) at one value of u, plus what skewness adds to it.

    Args:
        centre: derivatives of the function at the mean of its k arguments.
        shifted: the same where u is that value.
        averages: cumulants of the arguments.
        left: their covariance [k, k] given u, see `split`.
    """
    even = jnp.zeros_like(averages.third)
    skewness = propagate(centre, averages.covariance, averages.third).positive()
    skewness -= propagate(centre, averages.covariance, even).positive()
    return propagate(shifted, left, even).positive() + skewness


def split(covariance: jax.Array, direction: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Regression [k] on direction . x over its standard deviation, and the residual [k, k]."""
    reach = covariance @ direction
    variance = direction @ reach
    along = reach / jnp.sqrt(jnp.where(variance > 0, variance, 1.0))
    return along, covariance - jnp.outer(along, along)


def total(
    weight: jax.Array, means: jax.Array, covariances: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Mean [f] and covariance [f, f] from the conditional ones, [nodes, f] and [nodes, f, f]."""
    mean = weight @ means
    apart = means - mean
    between = jnp.einsum("k,ki,kj->ij", weight, apart, apart)
    return mean, jnp.tensordot(weight, covariances, 1) + between
