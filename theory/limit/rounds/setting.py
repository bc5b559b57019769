"""A problem as the limit over rounds sees it: one flat axis of problems, and their margin law."""

from __future__ import annotations

from functools import singledispatch
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim import Constant, LabelNoise, Margin, Problem, Uniform
from relabel_lab.sim.margins import HalfNormal, density


class Setting(eqx.Module):
    r"""One problem of the limit; leaves are scalars, or arrays [B] over problems.

    Attributes:
        rho: separation \(\rho\).
        alpha: aspect ratio n/r.
        scale: mean eigenvalue of Sigma, the unit of scores.
        levels: eigenvalues over their mean, [R], or [B, R].
        law: margin law with its parameters filled in.
        noise: label noise.
    """

    rho: Any
    alpha: Any
    scale: Any
    levels: jax.Array
    law: Margin
    noise: LabelNoise


def setting_of(problem: Problem) -> tuple[Setting, tuple[int, ...]]:
    """The setting with every leaf of shape [B] (levels [B, R]), and the problem's own shape."""
    scale = jnp.asarray(problem.sigma, jnp.float64) ** 2
    if problem.spectrum is None:
        levels = jnp.ones((1,))
    else:
        levels = problem.spectrum / scale[..., None]
    leaves = (problem.rho, problem.alpha, scale, problem.law, problem.noise)
    parts = [jnp.asarray(x, jnp.float64) for x in jax.tree.leaves(leaves)]
    shape = jnp.broadcast_shapes(*(x.shape for x in parts), levels.shape[:-1])
    flat = [jnp.broadcast_to(x, shape).reshape(-1) for x in parts]
    rho, alpha, scale, law, noise = jax.tree.unflatten(jax.tree.structure(leaves), flat)
    wide = jnp.broadcast_to(levels, (*shape, levels.shape[-1]))
    return Setting(rho, alpha, scale, wide.reshape(-1, levels.shape[-1]), law, noise), shape


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
    weight: Any


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
