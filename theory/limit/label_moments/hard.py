r"""Moments of hard rules: labels that depend on the signs of score and given label (R4, R5, R9).

An odd rule of two signs is \(f = w_1 t + w_0 s\), with t the predicted and s the given label in
the symmetrised frame: full is (1, 0), consensus (1/2, 1/2), the initial model (0, 1).
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Scalar
from relabel_lab.sim.margins import density
from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.limit.label_moments.averages import Moments, average
from relabel_lab.theory.limit.label_moments.normal_terms import label_terms
from relabel_lab.theory.limit.parameters import Limit


class Predicted(NamedTuple):
    """Predicted labels t of training samples; arrays over problems.

    ``mean`` is E[m t], ``spread`` E[s t eps]; the others are probabilities: both labels right,
    both wrong, given label wrong.
    """

    mean: jax.Array
    spread: jax.Array
    both_right: jax.Array
    both_wrong: jax.Array
    wrong: jax.Array

    @property
    def agree(self) -> jax.Array:
        """P(predicted and given label agree) = (1 + c)/2."""
        return self.both_right + self.both_wrong


def weights(scheme: Scheme) -> tuple[jax.Array, jax.Array]:
    r"""\((w_1, w_0)\): what a hard rule makes of the predicted and of the given label."""
    with jax.ensure_compile_time_eval():
        one = jnp.ones(())
        agreeing, against = scheme.label(one, one), scheme.label(one, -one)
        return (agreeing + against) / 2, (agreeing - against) / 2


def hard_moments(scheme: Scheme, limit: Limit) -> Moments:
    """Closed forms but for the margin law (R5); mixtures of predicted and given labels (R9)."""
    w1, w0 = weights(scheme)
    if not isinstance(w1, jax.core.Tracer) and float(w1) == 0:
        return _given(limit, w0)
    found = predicted_labels(limit)
    c = 2.0 * found.agree - 1.0
    right, used = _shares(w1, w0, found)
    return Moments(
        a=w1 * found.mean + w0 * limit.a0,
        c=w1 * c + w0,
        b=w1 * found.spread,
        v=w1**2 + w0**2 + 2.0 * w1 * w0 * c,
        label_accuracy=right / used,
        coverage=used,
    )


def predicted_labels(limit: Limit) -> Predicted:
    """The functionals of R5."""
    k = jnp.asarray(limit.k)[..., None]
    m, w = limit.nodes()
    a = limit.slope[..., None] * m
    p = limit.flip_probability(m)
    label, up, down = label_terms(a, k, 1.0 - 2.0 * p)
    spread = 2.0 * ((1.0 - p) * density(a + k) + p * density(a - k))
    mean, both_right, both_wrong, b = average(w, m * label, (1.0 - p) * up, p * down, spread)
    wrong = limit.noise.mean_flip(limit.law) * jnp.ones_like(mean)
    return Predicted(mean, b, both_right, both_wrong, wrong)


def _given(limit: Limit, w0: jax.Array) -> Moments:
    """Given labels alone."""
    a = limit.a0
    one = jnp.ones_like(a)
    right = (1.0 - limit.noise.mean_flip(limit.law)) * one
    return Moments(w0 * a, w0 * one, jnp.zeros_like(a), w0**2 * one, right, one)


def _shares(w1: Scalar, w0: Scalar, found: Predicted) -> tuple[jax.Array, jax.Array]:
    """P(f > 0) and P(f != 0) from the four cells (t, s); f is w1 t + w0 s."""
    agreeing, against = w1 + w0, w1 - w0
    alone_right = found.wrong - found.both_wrong  # the predicted label alone
    given_right = 1.0 - found.wrong - found.both_right
    together = jnp.where(agreeing > 0, found.both_right, found.both_wrong)
    apart = jnp.where(against > 0, alone_right, given_right)
    right = jnp.where(agreeing == 0, 0.0, together) + jnp.where(against == 0, 0.0, apart)
    unused = jnp.where(agreeing == 0, found.agree, 0.0)
    unused += jnp.where(against == 0, 1.0 - found.agree, 0.0)
    return right, 1.0 - unused
