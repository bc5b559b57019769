r"""Critical separations at maximal noise, \(p \to 1/2\) at fixed \(\alpha\) (R7).

As the flip rate tends to 1/2 both kappas vanish; their ratio tells whether retraining helps.
It exceeds 1 iff \(\gamma^2 E m^2/N\) exceeds a threshold that depends on the noise alone; in
isotropic noise this reads \(\rho E m^2 > \rho_{full}(\alpha)\) or \(\rho_{cons}(\alpha)\).
"""

import jax
import jax.numpy as jnp

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import Numbers, positive, reject
from relabel_lab.sim.margins import Margin, density, mills, tail
from relabel_lab.sim.schemes import Consensus, Full, Scheme
from relabel_lab.theory.limit.parameters import Limit, limit_of


def critical_separation(alpha: Numbers, scheme: Scheme) -> jax.Array:
    r"""\(\rho_{full}\) or \(\rho_{cons}\) (R7), same shape as ``alpha``, without cancellation.

    At maximal noise and constant margin the scheme helps iff rho exceeds it; with a random
    margin iff \(\rho E m^2\) does.  Falls from 2 (full) or 3/2 (consensus) to 1 as ``alpha`` grows.

    Raises:
        ValueError: for a scheme other than full and consensus, or ``alpha`` not > 0.
    """
    positive("alpha", alpha)
    k = jax.lax.rsqrt(jnp.asarray(alpha, jnp.float64))
    return k * _threshold(scheme, k, 1.0 / k, jnp.zeros(()))


def critical_rho(alpha: Numbers, scheme: Scheme, margin: Margin) -> jax.Array:
    r"""The rho at which \(\rho E m^2\) equals `critical_separation` (R7).

    For the isotropic mixture, whose law depends on rho, \(\rho E m^2 = \rho + 1\).
    """
    critical = critical_separation(alpha, scheme)
    if margin.at(1.0) is not margin:
        return critical - 1.0
    return critical / margin.second_moment()


def helps_at_maximal_noise(problem: Problem, scheme: Scheme) -> jax.Array:
    r"""Whether one round helps as \(p \to 1/2\) (R7; any spectrum and margin law), boolean [...].

    The problem's own flip rate is ignored.
    """
    return advantage_at_maximal_noise(limit_of(problem), scheme) > 1.0


def advantage_at_maximal_noise(limit: Limit, scheme: Scheme) -> jax.Array:
    r"""\(\gamma^2 E m^2\) over its critical value (R7), shape [...]; > 1 where retraining helps."""
    k = jnp.asarray(limit.k)
    return (
        limit.signal
        * limit.law.second_moment()
        / _threshold(scheme, k, limit.overlap, limit.excess)
    )


def _threshold(scheme: Scheme, k: jax.Array, overlap: Numbers, excess: Numbers) -> jax.Array:
    r"""Critical \(\gamma^2 E m^2/N\): \((\sqrt G - c)/b\), G the squared length of the new noise.

    With \(a_1/a_0 = c + b\gamma^2 E m^2/N\) to first order in e.  The difference is taken as
    \((G - c^2)/(b(\sqrt G + c))\), where \((1 - c^2)/b = (1 + c) Q(k)/\varphi(k)\).
    """
    c, b = 1.0 - 2.0 * tail(k), 2.0 * density(k)
    noise = b * (overlap**2 + excess)
    if isinstance(scheme, Full):
        length = jnp.sqrt(1.0 + 2.0 * c * b * overlap + b * noise)
        return ((1.0 + c) * mills(k) + 2.0 * c * overlap + noise) / (length + c)
    if isinstance(scheme, Consensus):
        share = 1.0 + c
        length = jnp.sqrt(2.0 * share * (1.0 + b * overlap) + b * noise)
        return (share * mills(k) + 2.0 * share * overlap + noise) / (length + share)
    raise reject("scheme", scheme.name, "full or consensus for critical separations")
