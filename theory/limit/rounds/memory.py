r"""How the noise of a round passes into the fields of the next ones (R21).

The noise of model t is \(v_t = g_t + \sum_{j<t}C_{tj}\Sigma v_j\), with g Gaussian of covariance
Q/n: its labels answer to the fields of the models before.  Resolved,
\(v = (I - C\otimes\Sigma)^{-1}g\), and a training sample's field is a Gaussian of covariance K plus
\(\sum_j D_{tj}\tau_j\), the part of itself that it finds in the models.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers, Scalar

_FLOOR = 1e-14  # least share of a field's variance that a round adds
_TINY = 1e-290  # instead of 0, for rounds that are not there yet


class Fields(NamedTuple):
    r"""Law of the fields of t models over the noise unit \(\sigma^2\), C and Q given.

    Attributes:
        memory: D [t, t], the labels' own part.
        factor: lower triangular L [t, t], K = L L^T.
        length: noise of each model on a fresh sample [t].
        pull: what a training sample sees of the signal; 1 but for models of part of the folds.
    """

    memory: jax.Array
    factor: jax.Array
    length: jax.Array
    pull: jax.Array


class Coupling(NamedTuple):
    r"""How the models that label hang together; arrays over the modes that they share, [2].

    With K folds a sample is labelled by the model of the others, \(u_k = \sum_{l\ne k}v_l\).  As a
    matrix over folds \(u = Ev\), E having the eigenvalues K - 1 (of the sum, which is the trained
    model) and -1, and each fold answers with C/K.  One model for all has the first mode alone.

    Attributes:
        response: E/K.
        memory: weight of the mode in D.
        covariance: weight of the mode in K.
        pull: what a training sample sees of the signal.
    """

    response: jax.Array
    memory: jax.Array
    covariance: jax.Array
    pull: jax.Array


def coupling(folds: Scalar | None = None) -> Coupling:
    """The coupling of one model for all samples, or of cross-fitting with that many folds."""
    if folds is None:
        first = jnp.array([1.0, 0.0])
        return Coupling(first, first, first, jnp.ones(()))
    part = 1.0 / jnp.asarray(folds, jnp.float64)
    share = 1 - part
    return Coupling(
        jnp.stack([share, -part]),
        share * jnp.array([1.0, -1.0]),
        share * jnp.stack([share, part]),
        share,
    )


def fields(
    response: jax.Array,
    overlap: jax.Array,
    alpha: Scalar,
    levels: jax.Array,
    weights: jax.Array,
    how: Coupling,
) -> Fields:
    """The law of the fields (R21; R10 for several rounds).

    Args:
        response: C [t, t], strictly lower triangular.
        overlap: Q [t, t].
        alpha: n/r.
        levels: eigenvalues of Sigma over their mean [R]; one 1 when isotropic.
        weights: their shares of the dimensions [R].
        how: how the models that label hang together.
    """
    size = response.shape[-1]
    shape = (2, levels.size, size, size)
    level, mode = levels[:, None, None], how.response[:, None, None, None]
    carried = jnp.broadcast_to(resolvent(response, mode * level), shape)
    noise = level**2 * (carried @ overlap @ jnp.swapaxes(carried, -1, -2)) / alpha
    memory = jnp.einsum("i,r,irtu->tu", how.memory, weights * levels, carried) / alpha
    covariance = jnp.einsum("i,r,irtu->tu", how.covariance, weights, noise)
    length = jnp.sqrt(weights @ jnp.diagonal(noise[0], axis1=1, axis2=2))
    return Fields(memory, cholesky(covariance), length, how.pull)


def load(
    response: jax.Array,
    overlap: jax.Array,
    alpha: Scalar,
    level: Scalar,
    by: Scalar,
    length: jax.Array,
) -> jax.Array:
    """Noise of each model along one eigenvalue ``level``, answering ``by``, over the mean; [t]."""
    carried = resolvent(response, by)
    return level**2 * jnp.diagonal(carried @ overlap @ carried.T) / alpha / length**2


def resolvent(response: jax.Array, by: Numbers) -> jax.Array:
    r"""\((I - zC)^{-1} = \prod_i(I + (zC)^{2^i})\) for strictly lower triangular C, one or more z."""
    power, size = by * response, response.shape[-1]
    identity = jnp.eye(size)
    result, covered = identity + power, 2
    while covered < size:
        power = power @ power
        result, covered = result @ (identity + power), 2 * covered
    return result


def cholesky(matrix: jax.Array) -> jax.Array:
    """Lower factor of a covariance; a field that adds nothing new gets 1e-7 of noise of its own."""
    size, columns = matrix.shape[-1], []
    least, left = jnp.maximum(_FLOOR * jnp.diagonal(matrix), _TINY), matrix
    for j in range(size):
        pivot = jnp.sqrt(jnp.maximum(left[j, j], least[j]))
        column = jnp.where(jnp.arange(size) > j, left[:, j] / pivot, 0).at[j].set(pivot)
        left = left - jnp.outer(column, column)
        columns.append(column)
    return jnp.stack(columns, axis=-1)


def answers(projected: jax.Array, factor: jax.Array) -> jax.Array:
    r"""The row \(C_t\) [t] from \(E[\tau_t\xi_u]\) [t] by Stein: \(C_tL = E[\tau_t\xi]\)."""
    return jax.scipy.linalg.solve_triangular(factor, projected, trans="T", lower=True)
