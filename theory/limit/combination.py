r"""The best linear combination of the initial and the retrained classifier (R9)."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim import Problem
from relabel_lab.sim.margins import tail
from relabel_lab.sim.schemes import Full
from relabel_lab.theory.limit.label_moments import average, label_terms, moments
from relabel_lab.theory.limit.parameters import Limit, limit_of


class Combination(eqx.Module):
    r"""The direction \(w_0\hat\theta_0 + w_1\hat\theta_1\) of largest kappa; arrays over problems.

    Attributes:
        kappa: its kappa, at least that of the initial, full and consensus classifiers.
        weights: \((w_0, w_1)\), shape [..., 2], of unit length.
        beta: \(\beta^* = w_0/w_1\).  Where \(w_1 < 0\) the best classifier is
            \(-(\hat\theta_1 + \beta^*\hat\theta_0)\): it moves away from the retrained one, and
            among \(\hat\theta_1 + \beta\hat\theta_0\) with finite \(\beta\) none attains kappa.
    """

    kappa: jax.Array
    weights: jax.Array
    beta: jax.Array


@jax.jit
def best_combination(problem: Problem) -> Combination:
    """The best combination of initial and fully retrained classifier (R9) in the limit."""
    return best_combination_limit(limit_of(problem))


@jax.jit
def best_combination_limit(limit: Limit) -> Combination:
    r"""As `best_combination`, for a `Limit` given by its own parameters.

    In units of N the Gram matrix has \(G_{11} = 1\), \(G_{12} = c + bh\),
    \(G_{22} - G_{12}^2 = 1 - c^2 + b^2 l\) with h the overlap and l the excess.  What the
    retrained classifier adds is its part orthogonal to the initial one.
    """
    full, a0 = moments(Full(), limit), limit.a0
    changed, gap = _changes(limit)
    along = full.b * limit.overlap
    fresh = changed * (2.0 - changed) + full.b**2 * limit.excess
    orthogonal = a0 * changed - gap - a0 * along
    w0 = fresh * a0 - (1.0 - changed + along) * orthogonal
    weights = jnp.stack(jnp.broadcast_arrays(w0, orthogonal), axis=-1)
    kappa = limit.signal * jnp.hypot(a0, orthogonal * jax.lax.rsqrt(fresh))
    length = jnp.hypot(w0, orthogonal)[..., None]
    return Combination(kappa, weights / length, w0 / orthogonal)


def _changes(limit: Limit) -> tuple[jax.Array, jax.Array]:
    r"""\(1 - c\) and \(a_0 - a_1\), each without subtracting from 1.

    \(a_0 - a_1 = E m[e(Q(A + k) + \Phi(A - k)) - I(k, A)]\).
    """
    k = jnp.asarray(limit.k)[..., None]
    m, w = limit.nodes()
    a = limit.slope[..., None] * m
    p = limit.flip_probability(m)
    right, wrong = tail(a + k), tail(k - a)  # P(changed) where the given label is right, wrong
    fair = label_terms(a, k, jnp.zeros(()))[0]
    changed = 2.0 * ((1.0 - p) * right + p * wrong)
    lost = m * ((1.0 - 2.0 * p) * (right + wrong) - fair)
    total_changed, total_lost = average(w, changed, lost)
    return total_changed, total_lost
