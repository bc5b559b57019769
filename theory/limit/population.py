r"""The population limit: one round of full retraining as a map of kappa (R6)."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import Numbers
from relabel_lab.sim.margins import Margin, density
from relabel_lab.theory.limit.label_moments import average

_LOWEST, _HIGHEST = -9.0, 9.0  # decades of kappa searched for the fixed point
_HALVINGS = 60


@jax.jit
def population_map(kappa: Numbers, rho: Numbers, margin: Margin) -> jax.Array:
    r"""\(F(\kappa) = \rho E[m(2\Phi(m\kappa) - 1)]/(2E\varphi(m\kappa))\) (R6), \(\alpha \to \infty\).

    Args:
        kappa: margin parameter of the current classifier, >= 0; broadcasts with ``rho``.
        rho: separation.
        margin: margin law.

    Returns:
        Kappa after one round of full retraining; inf where it exceeds float64.
    """
    law = margin.at(rho)
    signal, noise = _signal_and_noise(jnp.asarray(kappa, jnp.float64), law)
    return rho * signal / noise


def population_threshold(rho: Numbers, margin: Margin) -> jax.Array:
    r"""\(F'(0) = \rho E m^2\) (R6): above 1 every start grows; it is also the PCA threshold."""
    return jnp.asarray(rho * margin.at(rho).second_moment())


@jax.jit
def fixed_point(rho: Numbers, margin: Margin) -> jax.Array:
    r"""The unstable fixed point \(\kappa^*\) of `population_map` (R6), same shape as ``rho``.

    A start below it decays to zero.  0 where \(\rho E m^2 \ge 1\), so that every start grows;
    inf where none is finite, so that every start decays (a gaussian law with a wide scale).
    Differentiable where finite and > 0.
    """
    law = margin.at(rho)
    rho = jnp.broadcast_to(
        jnp.asarray(rho, jnp.float64), jnp.shape(rho * jnp.asarray(law.second_moment()))
    )
    start = jax.lax.stop_gradient(_bisect(rho, law))
    inner = jnp.where(jnp.isfinite(start) & (start > 0), start, 1.0)
    # one Newton step in log kappa polishes the root and carries its derivatives
    value, rate = jax.jvp(lambda x: _log_ratio(x, law), (inner,), (inner,))
    step = (value - jnp.log(rho)) / jax.lax.stop_gradient(rate)
    return jnp.where(inner == start, inner * jnp.exp(-step), start)


def anisotropic_advantage(problem: Problem) -> jax.Array:
    r"""\(\gamma^4(E m^2)^2\,tr\Sigma^2/tr\Sigma^4\) (R6), shape [...].

    From \(p \to 1/2\) with n >> d, the first round of full retraining helps iff it exceeds 1.
    """
    strength = (jnp.asarray(problem.rho) * problem.law.second_moment()) ** 2
    if problem.spectrum is None:
        return strength
    relative = problem.spectrum / jnp.mean(problem.spectrum, axis=-1, keepdims=True)
    return strength * jnp.mean(relative**2, axis=-1) / jnp.mean(relative**4, axis=-1)


def _signal_and_noise(kappa: jax.Array, law: Margin) -> tuple[jax.Array, jax.Array]:
    r"""\(E[m(2\Phi(m\kappa) - 1)]\) and \(2E\varphi(m\kappa)\)."""
    m, w = law.nodes(kappa, jnp.zeros(()))
    (signal,) = average(w, m * jax.lax.erf(m * kappa[..., None] * 2**-0.5))
    m, w = law.decaying_nodes(kappa)
    (noise,) = average(w, density(m * kappa[..., None]))
    return signal, 2.0 * noise


def _log_ratio(kappa: jax.Array, law: Margin) -> jax.Array:
    r"""\(\log(\kappa\rho/F(\kappa))\), which falls in kappa; equals \(\log\rho\) at the root."""
    signal, noise = _signal_and_noise(kappa, law)
    return jnp.log(kappa * noise / signal)


def _bisect(rho: jax.Array, law: Margin) -> jax.Array:
    """Bisection in log10 kappa; 0 or inf where the root lies below or beyond the range."""
    target = jnp.log(rho)

    def halve(_: int, bracket: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        low, high = bracket
        middle = (low + high) / 2
        below = _log_ratio(10.0**middle, law) > target
        return jnp.where(below, middle, low), jnp.where(below, high, middle)

    ends = jnp.full_like(rho, _LOWEST), jnp.full_like(rho, _HIGHEST)
    low, high = jax.lax.fori_loop(0, _HALVINGS, halve, ends)
    root = 10.0 ** ((low + high) / 2)
    grows = rho * law.second_moment() >= 1.0
    return jnp.where(grows | (low == _LOWEST), 0.0, jnp.where(high == _HIGHEST, jnp.inf, root))
