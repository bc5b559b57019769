r"""The four moments of a scheme's labels that decide its kappa (R5, R10, R11).

`moments` dispatches on the scheme: to add a prediction, register a function
``(scheme, limit) -> Moments``.  `rule_moments` computes them by quadrature for any rule.
"""

from __future__ import annotations

from functools import singledispatch

import equinox as eqx
import jax
import jax.numpy as jnp

from sim.normal import density, tail
from sim.schemes import Consensus, Full, Initial, Scheme
from sim.validate import reject
from theory.intervals import interval_pair
from theory.limit import Limit


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
    """The functionals of R5, written as sums of positive terms."""
    k = jnp.asarray(limit.k)[..., None]
    m, w = limit.nodes()
    a = limit.slope[..., None] * m
    p = limit.flip_probability(m)
    signal, lean = interval_pair(a, k)
    up, down = tail(a + k), tail(k - a)  # P(wrong | given right), P(right | given wrong)
    stay = jnp.sum(w * ((1.0 - p) * (1.0 - up) + p * (1.0 - down)), axis=-1)
    right = jnp.sum(w * ((1.0 - p) * (1.0 - up) + p * down), axis=-1)
    one = jnp.ones_like(stay)
    return Moments(
        a=jnp.sum(w * m * (signal + (1.0 - 2.0 * p) * lean), axis=-1),
        c=2.0 * stay - 1.0,
        b=2.0 * jnp.sum(w * ((1.0 - p) * density(a + k) + p * density(a - k)), axis=-1),
        v=one,
        label_accuracy=right,
        coverage=one,
    )


@moments.register
def _consensus(scheme: Consensus, limit: Limit) -> Moments:
    """The midpoint of initial and full labels (R4)."""
    full = _full(Full(), limit)
    k = jnp.asarray(limit.k)[..., None]
    m, w = limit.nodes()
    p = limit.flip_probability(m)
    both_right = jnp.sum(w * (1.0 - p) * tail(-limit.slope[..., None] * m - k), axis=-1)
    share = (1.0 + full.c) / 2.0
    return Moments(
        a=(limit.a0 + full.a) / 2.0,
        c=share,
        b=full.b / 2.0,
        v=share,
        label_accuracy=both_right / share,
        coverage=share,
    )
