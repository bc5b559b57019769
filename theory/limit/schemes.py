"""Predictions in the proportional limit for the schemes beyond the paper (R9-R12)."""

from __future__ import annotations

import jax.numpy as jnp

from relabel_lab.sim.margins import density, tail
from relabel_lab.sim.schemes import (
    Confident,
    CrossFit,
    Fresh,
    Interpolate,
    LeaveOneOut,
    Optimal,
    Soft,
)
from relabel_lab.theory.limit.moments import Moments, average, moments
from relabel_lab.theory.limit.parameters import Limit
from relabel_lab.theory.limit.rules import rule_moments


@moments.register
def _interpolate(scheme: Interpolate, limit: Limit) -> Moments:
    return rule_moments(scheme, limit)


@moments.register
def _soft(scheme: Soft, limit: Limit) -> Moments:
    return rule_moments(scheme, limit, width=scheme.temperature)


@moments.register
def _confident(scheme: Confident, limit: Limit) -> Moments:
    return rule_moments(scheme, limit, turns=(scheme.threshold,))


@moments.register
def _leave_one_out(scheme: LeaveOneOut, limit: Limit) -> Moments:
    return rule_moments(scheme, limit, turns=(scheme.memory,))


@moments.register
def _optimal(scheme: Optimal, limit: Limit) -> Moments:
    """The posterior mean turns where the score balances the given label, the label a bit later."""
    balance = scheme.memory - scheme.log_odds / (2 * scheme.slope)
    sign = balance + jnp.arctanh(jnp.minimum(scheme.pull_back, 0.99)) / scheme.slope
    turns = (jnp.abs(balance), jnp.abs(sign))
    return rule_moments(scheme, limit, turns=turns, width=1 / scheme.slope)


@moments.register
def _crossfit(scheme: CrossFit, limit: Limit) -> Moments:
    r"""R10: no memory, a model of (K-1)/K of the samples.

    The mean of the fold models is the initial model, also with a spectrum, so that the noise
    they share adds \(b = g\,E[2\varphi(gA)]\) along the initial noise, \(g^2 = (K-1)/K\).
    """
    g = jnp.sqrt((scheme.folds - 1) / jnp.asarray(scheme.folds, jnp.float64))
    m, w = limit.law.nodes(g * limit.slope, jnp.zeros_like(jnp.asarray(limit.k)))
    score = g * limit.slope[..., None] * m
    label, clean = 1 - 2 * tail(score), 1 - 2 * limit.flip_probability(m)
    a, c, b, right = average(w, m * label, clean * label, 2 * g * density(score), tail(-score))
    one = jnp.ones_like(a)
    return Moments(a, c, b, one, right, one)


@moments.register
def _fresh(scheme: Fresh, limit: Limit) -> Moments:
    """New samples have no given label: c = 0, and the score is A(m) + eps (R6, first round)."""
    m, w = limit.law.nodes(limit.slope, jnp.zeros_like(jnp.asarray(limit.k)))
    score = limit.slope[..., None] * m
    a, b, right = average(w, m * (1 - 2 * tail(score)), 2 * density(score), tail(-score))
    one = jnp.ones_like(a)
    return Moments(a, jnp.zeros_like(a), b, one, right, one)
