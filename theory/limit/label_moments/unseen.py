"""Moments of labels from a model that has not seen the sample: out-of-fold or new (R6, R10)."""

from __future__ import annotations

import jax.numpy as jnp

from relabel_lab.sim.margins import density, tail
from relabel_lab.sim.schemes import Scheme
from relabel_lab.theory.limit.label_moments.averages import Moments, average
from relabel_lab.theory.limit.parameters import Limit


def unseen_moments(scheme: Scheme, limit: Limit) -> Moments:
    r"""No memory: the score is \(gA(m) + \varepsilon\), \(g^2\) the share of samples trained on.

    For folds (R10) the mean of the fold models is the initial model, also with a spectrum, so
    that the noise they share adds \(b = g\,E[2\varphi(gA)]\) along the initial noise.  New samples
    (R6) have no given label: c = 0.
    """
    g = jnp.sqrt(jnp.asarray(scheme.share_unseen(), jnp.float64))
    m, w = limit.law.nodes(g * limit.slope, jnp.zeros_like(jnp.asarray(limit.k)))
    score = g * limit.slope[..., None] * m
    label, clean = 1 - 2 * tail(score), 1 - 2 * limit.flip_probability(m)
    a, c, b, right = average(w, m * label, clean * label, 2 * g * density(score), tail(-score))
    one = jnp.ones_like(a)
    if scheme.scores == "new samples":
        c = jnp.zeros_like(a)
    return Moments(a, c, b, one, right, one)
