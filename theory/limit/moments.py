r"""The four moments of a scheme's labels that decide its kappa (R5, R10, R11).

`moments` dispatches on the scheme: to add a prediction, register a function
``(scheme, limit) -> Moments``.  `rule_moments` computes them by quadrature for any rule.
"""

from __future__ import annotations

from functools import singledispatch

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import reject
from relabel_lab.sim.margins import density
from relabel_lab.sim.schemes import Consensus, Full, Initial, Scheme
from relabel_lab.theory.limit.intervals import label_terms
from relabel_lab.theory.limit.parameters import Limit


class Moments(eqx.Module):
    r"""Moments of the labels f trained on, in the symmetrised frame; arrays over problems.

    Attributes:
        a: E[m f].
        c: E[s f], with s = +-1 whether the given label is right.
        b: \(E[s f \varepsilon]\), with \(\varepsilon\) the sample's own part of the score's noise.
        v: E f^2.
        label_accuracy: probability that a label trained on is right.
        coverage: probability that a sample is trained on.
    """

    a: jax.Array
    c: jax.Array
    b: jax.Array
    v: jax.Array
    label_accuracy: jax.Array
    coverage: jax.Array


@singledispatch
def moments(scheme: Scheme, limit: Limit) -> Moments:
    """Moments of the labels of one round of ``scheme`` in the limit.

    Raises:
        ValueError: for a scheme without a registered prediction.
    """
    known = ", ".join(
        sorted(
            kind.name
            for kind in moments.registry
            if issubclass(kind, Scheme) and kind is not Scheme
        )
    )
    raise reject(
        "scheme", scheme.name, f"one of {known}: no limit is known for others; dice answers"
    )


@moments.register
def _initial(scheme: Initial, limit: Limit) -> Moments:
    a = limit.a0
    one = jnp.ones_like(a)
    right = 1.0 - limit.noise.rate(limit.law)
    return Moments(a, one, jnp.zeros_like(a), one, right * one, one)


@moments.register
def _full(scheme: Full, limit: Limit) -> Moments:
    """The functionals of R5."""
    return _full_and_agreement(limit)[0]


@moments.register
def _consensus(scheme: Consensus, limit: Limit) -> Moments:
    """The midpoint of initial and full labels (R4)."""
    full, both_right, share = _full_and_agreement(limit)
    return Moments(
        a=(limit.a0 + full.a) / 2.0,
        c=share,
        b=full.b / 2.0,
        v=share,
        label_accuracy=both_right / share,
        coverage=share,
    )


def _full_and_agreement(limit: Limit) -> tuple[Moments, jax.Array, jax.Array]:
    """Moments of the predicted labels, and how often they agree with the given ones.

    Returns the moments, P(both labels right) and P(labels agree) = (1 + c)/2.
    """
    k = jnp.asarray(limit.k)[..., None]
    m, w = limit.nodes()
    a = limit.slope[..., None] * m
    p = limit.flip_probability(m)
    label, up, down = label_terms(a, k, 1.0 - 2.0 * p)
    spread = 2.0 * ((1.0 - p) * density(a + k) + p * density(a - k))
    mean, both_right, both_wrong, b = average(w, m * label, (1.0 - p) * up, p * down, spread)
    agree, one = both_right + both_wrong, jnp.ones_like(mean)
    right = both_right + (limit.noise.rate(limit.law) - both_wrong)
    return Moments(mean, 2.0 * agree - 1.0, b, one, right, one), both_right, agree


def average(weights: jax.Array, *integrands: jax.Array) -> tuple[jax.Array, ...]:
    """Weighted sums over the last axis.

    One product of all integrands with the weights: XLA does not vectorise sums that it fuses
    with what they add up.
    """
    if weights.shape[-1] == 1:
        return tuple((weights * each)[..., 0] for each in integrands)
    stacked = jnp.stack(jnp.broadcast_arrays(*integrands))
    return tuple(jnp.einsum("i...q,...q->i...", stacked, weights))
