r"""Fluctuations of cross-fitted retraining after one round (R20 with R10), isotropic noise.

Given the fold models the labels of a fold are those of independent samples under two linear
constraints, as for full retraining: sample i of fold k changes its label iff
\(\varepsilon_i < -(R_k + s_i m_i \kappa_{-k})\), with \(\kappa_{-k}\) the held-out model's and
\(R_k = v_k \cdot u_k\) the fold's mean noise along it.  What is left is second order in the folds'
averages \((M_k, N_k, E_k)\).
"""

from __future__ import annotations

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import Scalar
from relabel_lab.theory.fluctuations.changes import Averages, Changes
from relabel_lab.theory.fluctuations.conditional import RuleLaw, positive, split
from relabel_lab.theory.fluctuations.conditioning import MarginNodes, aim, margins
from relabel_lab.theory.fluctuations.delta import joint_law, propagate, skewed
from relabel_lab.theory.fluctuations.folds import Folds
from relabel_lab.theory.fluctuations.shape import Jet, less, reciprocal, times

BATCH = 64


@eqx.filter_jit
def crossfit_law(problem: Problem, folds: Folds, bar: Scalar | None) -> RuleLaw:
    """Law of kappa, from equally likely fold models.

    Args:
        problem: float leaves, isotropic.
        folds: from `fold_models`.
        bar: the kappa to reach; None for kappa0.
    """
    rho = jnp.asarray(problem.rho, jnp.float64)
    slope, _ = jax.vmap(held_out)(folds)
    law = margins(problem, rho * jnp.max(jnp.abs(slope)), jnp.asarray(0.0))

    def at(fold: Folds) -> RuleLaw:
        first = jnp.linalg.norm(fold.share @ fold.noise)
        a0 = fold.share @ fold.signal
        three = averages(problem, fold, law)
        level = aim(bar, rho, a0 / first)

        size = partial(length, problem, fold)
        along, left = split(three.covariance, jax.grad(size)(three.mean))
        middle = three.mean, three.covariance
        aside = three.mean + fold.step * along, left
        slope = jnp.zeros_like(along).at[::3].set(-2 * fold.share)
        # Third derivatives of the length act along it, which ``step`` has taken care of.
        value, gradient, curvature = jax.vmap(
            lambda x: (size(x), jax.grad(size)(x), jax.hessian(size)(x))
        )(jnp.stack([middle[0], aside[0]]))
        lengths = [Jet(value[i], gradient[i], curvature[i], jnp.zeros_like(along)) for i in (0, 1)]

        def kappa(at: tuple[jax.Array, jax.Array], h: Jet) -> Jet:
            x, spread = at
            whole = times(a0 + slope @ x, slope, reciprocal(h, spread), spread)
            return jax.tree.map(lambda leaf: rho * leaf[None], whole)

        def gain(at: tuple[jax.Array, jax.Array], h: Jet) -> Jet:
            return less(a0 + slope @ at[0], slope, level, h)

        mean, inner = joint_law(kappa(aside, lengths[1]), left)
        inner += skewed(kappa(middle, lengths[0]), three.third)
        better = positive(gain(middle, lengths[0]), gain(aside, lengths[1]), three, left)
        doubt = propagate(gain(middle, lengths[0]), three.covariance, three.third).doubt()
        return RuleLaw.given(rho * a0 / first, (mean, inner), better, doubt)

    models = folds.flip.shape[0]
    law = jax.lax.map(at, folds, batch_size=BATCH)
    return law.averaged(jnp.full(models, 1 / models))


def held_out(fold: Folds) -> tuple[jax.Array, jax.Array]:
    """kappa / rho of the model of the other folds [K], and its direction u [K, K]."""
    signal, noise = fold.share * fold.signal, fold.share[:, None] * fold.noise
    others = noise.sum(0) - noise
    size = jnp.linalg.norm(others, axis=1)
    return (signal.sum() - signal) / size, others / size[:, None]


def averages(problem: Problem, fold: Folds, law: MarginNodes) -> Averages:
    """Cumulants of (M_1, N_1, E_1, M_2, ...), independent across folds."""
    slope, direction = held_out(fold)
    radius = jnp.sum(fold.noise * direction, 1)

    def one(
        flip: jax.Array,
        eta: jax.Array,
        signal: jax.Array,
        slope: jax.Array,
        radius: jax.Array,
        share: jax.Array,
    ) -> Averages:
        kappa = problem.rho * slope
        changes = Changes.at(law.tilted(flip, eta), signal, kappa, radius, share * problem.n)
        return changes.averages(changes.contributions())

    operands = (fold.flip, fold.eta, fold.signal, slope, radius, fold.share)
    mean, covariance, third = jax.vmap(one)(*operands)
    count = mean.shape[0]
    same = jnp.eye(count)
    return Averages(
        mean.reshape(-1),
        jnp.einsum("kab,ki,kj->iajb", covariance, same, same).reshape(2 * (3 * count,)),
        jnp.einsum("kabc,ki,kj,kl->iajblc", third, same, same, same).reshape(3 * (3 * count,)),
    )


def length(problem: Problem, fold: Folds, x: jax.Array) -> jax.Array:
    r"""Length of the retrained noise over sigma at averages ``x`` [3 K].

    Beside \(D = \sum_k (n_k/n)(c_k v_k + b_k u_k)\) each fold adds fresh noise across its \(u_k\),
    of variance \((n_k/n)(1 - c_k^2)/n\) in r - 1 dimensions, of which a part lies along D.
    """
    _, direction = held_out(fold)
    changed, noise = x[1::3], x[2::3]
    c, b = 1 - 2 * changed, -2 * noise
    own = fold.share @ (c[:, None] * fold.noise + b[:, None] * direction)
    size = jnp.linalg.norm(own)
    fresh = fold.share * 4 * changed * (1 - changed)
    along = fresh @ jnp.maximum(1 - (direction @ own / size) ** 2, 0)
    spread = jnp.sqrt(jnp.where(along > 0, along, 1.0)) * (along > 0)
    across = jnp.sum(fresh) - along / jnp.maximum(problem.r - 1, 1)
    lengthwise = size + spread * fold.along / jnp.sqrt(problem.n)
    return jnp.sqrt(lengthwise**2 + across * fold.rest)
