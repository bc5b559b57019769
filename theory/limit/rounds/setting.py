"""A problem as the limit over rounds sees it: one flat axis of problems, and their margin law."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from relabel_lab.sim import Constant, Margin, Problem, Uniform
from relabel_lab.sim.kit import Numbers, Scalar
from relabel_lab.sim.margins import HalfNormal, density
from relabel_lab.sim.noise import ExactNoise
from relabel_lab.theory.limit.rounds.memory import Coupling, coupling
from relabel_lab.theory.limit.rounds.spectrum import compressed


class Setting(eqx.Module):
    r"""One problem of the limit; leaves are scalars, or arrays [B] over problems.

    Attributes:
        rho: separation \(\rho\).
        alpha: aspect ratio n/r.
        scale: mean eigenvalue of Sigma, the unit of scores.
        levels: eigenvalues over their mean, [R], or [B, R]; of many, the nodes of a Gauss rule that
            has their moments.
        weights: their shares of the dimensions, like ``levels``.
        top: the largest of all, and how many there are.
        law: margin law with its parameters filled in.
        noise: label noise.
        coupling: how the models that label hang together.
    """

    rho: Numbers
    alpha: Numbers
    scale: Numbers
    levels: jax.Array
    weights: jax.Array
    top: tuple[Numbers, Numbers]
    law: Margin
    noise: ExactNoise
    coupling: Coupling


def setting_of(problem: Problem, folds: Scalar | None = None) -> tuple[Setting, tuple[int, ...]]:
    """The setting with every leaf of shape [B, ...], and the problem's own shape.

    Args:
        problem: scalars or arrays that broadcast.
        folds: their number, one for all problems, in cross-fitting.
    """
    scale = jnp.asarray(problem.sigma, jnp.float64) ** 2
    if problem.spectrum is None:
        values = np.ones((1,))
    else:
        values = np.asarray(problem.spectrum / scale[..., None])
    top = (values.max(axis=-1), problem.r)
    leaves = (problem.rho, problem.alpha, scale, top, problem.law, problem.noise)
    parts = [jnp.asarray(x, jnp.float64) for x in jax.tree.leaves(leaves)]
    shape = jnp.broadcast_shapes(*(x.shape for x in parts), values.shape[:-1])
    flat = [jnp.broadcast_to(x, shape).reshape(-1) for x in parts]
    rho, alpha, scale, top, law, noise = jax.tree.unflatten(jax.tree.structure(leaves), flat)
    wide = np.broadcast_to(values, (*shape, values.shape[-1])).reshape(-1, values.shape[-1])
    levels, weights = compressed(wide)
    how = jax.tree.map(lambda x: jnp.broadcast_to(x, (len(wide), *x.shape)), coupling(folds))
    return Setting(rho, alpha, scale, levels, weights, top, law, noise, how), shape


def limit_setting(
    rho: jax.Array, alpha: jax.Array, law: Margin, noise: ExactNoise, folds: Scalar | None = None
) -> Setting:
    """The setting of isotropic noise, sigma = 1, from parameters [B] and laws of leaves [B]."""
    one = jnp.ones_like(rho)
    how = jax.tree.map(lambda x: jnp.broadcast_to(x, (*rho.shape, *x.shape)), coupling(folds))
    level = one[:, None]
    return Setting(rho, alpha, one, level, level, (one, jnp.inf * one), law, noise, how)


class Domain(NamedTuple):
    """Where the base variable u of a margin law lives: m = push(u), affine in u.

    Attributes:
        low: lower end.
        high: upper end.
        step: widest panel that resolves the density.
        weight: density of u, as a function of u.
    """

    low: float
    high: float
    step: float
    weight: Callable[[jax.Array], jax.Array]


@singledispatch
def domain(law: Margin) -> Domain | None:
    """The base variable of a law; None where the margin is constant."""
    return Domain(-9.0, 9.0, 3.0, density)


@domain.register
def _constant(law: Constant) -> None:
    return None


@domain.register
def _half_normal(law: HalfNormal) -> Domain:
    return Domain(0.0, 9.0, 3.0, lambda u: 2 * density(u))


@domain.register
def _uniform(law: Uniform) -> Domain:
    return Domain(0.0, 1.0, 1.0, jnp.ones_like)
