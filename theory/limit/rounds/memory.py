r"""How the noise of a round passes into the fields of the next ones (R21).

The noise of model t is \(v_t = g_t + \sum_{j<t}C_{tj}\Sigma v_j\), with g Gaussian of covariance
Q/n: its labels answer to the fields of the models before.  Resolved,
\(v = (I - C\otimes\Sigma)^{-1}g\), and a training sample's field is a Gaussian of covariance K plus
\(\sum_j D_{tj}\tau_j\), the part of itself that it finds in the models.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

_FLOOR = 1e-14  # least share of a field's variance that a round adds


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
    pull: Any


class _Mode(NamedTuple):
    """A shared eigenvector of the models that label: response, and weights in D and in K."""

    response: Any
    memory: Any
    covariance: Any


def fields(
    response: jax.Array, overlap: jax.Array, alpha: Any, levels: jax.Array, folds: Any
) -> Fields:
    """The law of the fields (R21; R10 for several rounds).

    Args:
        response: C [t, t], strictly lower triangular.
        overlap: Q [t, t].
        alpha: n/r.
        levels: eigenvalues of Sigma over their mean [R]; one 1 when isotropic.
        folds: None, or their number K in cross-fitting.
    """
    modes, pull = _modes(folds)
    memory, covariance, length = 0.0, 0.0, 0.0
    for number, mode in enumerate(modes):
        carried = resolvent(response, mode.response * levels[:, None, None])
        spread = jnp.mean(levels[:, None, None] ** 2 * _between(carried, overlap), axis=0) / alpha
        own = jnp.mean(levels[:, None, None] * carried, axis=0) / alpha
        memory, covariance = memory + mode.memory * own, covariance + mode.covariance * spread
        length = length if number else jnp.sqrt(jnp.diagonal(spread))
    return Fields(jnp.asarray(memory), cholesky(jnp.asarray(covariance)), jnp.asarray(length), pull)


def _modes(folds: Any) -> tuple[tuple[_Mode, ...], Any]:
    r"""Models that label: one, or K of the folds left, \(u_k = \sum_{l\ne k}v_l\).

    As a matrix over folds \(u = Ev\), E having the eigenvalues K - 1 (the sum, which is the
    trained model) and -1; each fold answers with C/K.
    """
    if folds is None:
        return (_Mode(1.0, 1.0, 1.0),), 1.0
    share, part = (folds - 1) / folds, 1 / folds
    return (_Mode(share, share, share**2), _Mode(-part, -share, share * part)), share


def resolvent(response: jax.Array, by: Any) -> jax.Array:
    r"""\((I - zC)^{-1} = \prod_i(I + (zC)^{2^i})\) for strictly lower triangular C, [R, t, t]."""
    power, size = by * response, response.shape[-1]
    identity = jnp.eye(size)
    result, covered = identity + power, 2
    while covered < size:
        power = power @ power
        result, covered = result @ (identity + power), 2 * covered
    return result


def _between(outer: jax.Array, inner: jax.Array) -> jax.Array:
    return outer @ inner @ jnp.swapaxes(outer, -1, -2)


def cholesky(matrix: jax.Array) -> jax.Array:
    """Lower factor of a covariance; a field that adds nothing new gets 1e-7 of noise of its own."""
    size, columns = matrix.shape[-1], []
    least, left = _FLOOR * jnp.diagonal(matrix), matrix
    for j in range(size):
        pivot = jnp.sqrt(jnp.maximum(left[j, j], least[j]))
        column = jnp.where(jnp.arange(size) > j, left[:, j] / pivot, 0).at[j].set(pivot)
        left = left - jnp.outer(column, column)
        columns.append(column)
    return jnp.stack(columns, axis=-1)


def answers(projected: jax.Array, factor: jax.Array) -> jax.Array:
    r"""The row \(C_t\) [t] from \(E[\tau_t\xi_u]\) [t] by Stein: \(C_tL = E[\tau_t\xi]\)."""
    return jax.scipy.linalg.solve_triangular(factor, projected, trans="T", lower=True)
