"""What is reported of a model and of the labels that it was trained on."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import lax

from relabel_lab.sim.kit import PyTree, Scalar
from relabel_lab.sim.margins import Margin, tail
from relabel_lab.sim.outcome import RoundSummary


def margin_parameter(theta: jax.Array, gamma: Scalar, scales: jax.Array) -> jax.Array:
    r"""\(\kappa = \gamma\theta_1/\|\Sigma^{1/2}\theta\|\) (R1) of models [..., d].

    ``scales`` are the square roots of the eigenvalues of Sigma, [d], zero along mu.
    """
    return gamma * theta[..., 0] / jnp.linalg.norm(scales * theta, axis=-1)


def summarised(kappa: jax.Array, used: jax.Array, y: jax.Array, n: int) -> RoundSummary:
    """What is reported of models [rounds + 1, ...] trained on labels [..., blocks, height].

    Round 0 was trained on the given labels.  Arrays have the shape of ``kappa``.
    """
    return RoundSummary(kappa, *label_quality(used, y, n), unchanged(used))


def unchanged(used: jax.Array) -> jax.Array:
    """Whether labels are those of round 0 times one positive number, [rounds + 1, ...]."""
    blocks = jnp.moveaxis(used, -2, 0)

    def extend(ends: PyTree, labels: jax.Array) -> PyTree:
        given = labels[:1]
        ratio = labels * given
        least = jnp.min(jnp.where(given == 0, jnp.inf, ratio), -1)
        return (
            jnp.minimum(ends[0], least),
            jnp.maximum(ends[1], jnp.max(jnp.where(given == 0, -jnp.inf, ratio), -1)),
        ), None

    # Block by block, as below: in one sweep XLA would draw the labels again, and compile for minutes.
    end = jnp.full(blocks.shape[1:-1], jnp.inf, used.dtype)
    (least, most), _ = lax.scan(extend, (end, -end), blocks)
    return (least > 0) & (least == most)


def label_quality(used: jax.Array, y: jax.Array, n: int) -> tuple[jax.Array, jax.Array]:
    """Share of correct labels among those used, and share used, of labels [..., blocks, height]."""
    blocks = jnp.moveaxis(used, -2, 0)

    def count(total: PyTree, block: tuple[jax.Array, jax.Array]) -> PyTree:
        labels, true = block
        correct, trained = labels * true > 0, (labels != 0) & (true != 0)
        return (total[0] + jnp.sum(correct, -1), total[1] + jnp.sum(trained, -1)), None

    # Block by block: in one sweep XLA would draw the true labels again for every comparison.
    none = jnp.zeros(blocks.shape[1:-1], jnp.int64)
    (correct, trained), _ = lax.scan(count, (none, none), (blocks, y))
    return correct / trained, trained / n


@jax.jit
def log_error(law: Margin, kappa: jax.Array, shift: jax.Array, positive: Scalar) -> jax.Array:
    r"""Logarithm of 1 - accuracy of a classifier with intercept, same shape as ``kappa``.

    R1 with an intercept: \(\pi_+ E\,Q(m\kappa + s) + \pi_- E\,Q(m\kappa - s)\), s = ``shift`` =
    \(b/\|\Sigma^{1/2}\theta\|\), \(\pi_+\) = ``positive``.  Without intercept it is
    `Margin.log_error`; with one the error itself is known to about 1e-12.
    """
    m, weight = law.nodes(kappa, jnp.abs(shift))
    score, offset = m * kappa[..., None], shift[..., None]
    errors = positive * tail(score + offset) + (1 - positive) * tail(score - offset)
    shifted = jnp.log(jnp.sum(weight * errors, axis=-1))
    return jnp.where(shift == 0, law.log_error(kappa), shifted)
