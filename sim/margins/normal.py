r"""The standard normal law: density, tails and Mills ratio without loss of digits."""

import math

import jax
import jax.numpy as jnp
from jax.scipy import special

_ROOT_HALF = math.sqrt(0.5)
_LOG_HALF = math.log(0.5)


def erfcx(x: jax.Array) -> jax.Array:
    r"""\(e^{x^2}\mathrm{erfc}(x)\) for ``x`` >= 0, same shape.

    JAX's own is 0 from 26.543, where erfc underflows, to 26.642, where it changes its formula;
    six terms of the asymptotic series are exact there to float64.
    """
    found = special.erfcx(x)
    inverse = 0.5 / jnp.maximum(x, 1.0) ** 2
    series = jnp.ones_like(inverse)
    for odd in (11, 9, 7, 5, 3, 1):
        series = 1 - odd * inverse * series
    return jnp.where(found > 0, found, series / (math.sqrt(math.pi) * jnp.maximum(x, 1.0)))


def density(x: jax.Array) -> jax.Array:
    r"""\(\varphi(x)\), same shape."""
    return math.sqrt(0.5 / math.pi) * jnp.exp(-0.5 * x * x)


def tail(x: jax.Array) -> jax.Array:
    r"""\(Q(x) = 1 - \Phi(x)\), same shape; keeps its digits for large ``x``."""
    return 0.5 * jax.lax.erfc(_ROOT_HALF * x)


def log_tail(x: jax.Array) -> jax.Array:
    r"""\(\log Q(x)\) for ``x`` >= 0, same shape; exact where Q underflows."""
    return _LOG_HALF + jnp.log(erfcx(_ROOT_HALF * x)) - 0.5 * x * x


def mills(x: jax.Array) -> jax.Array:
    r"""Mills ratio \(Q(x)/\varphi(x)\) for ``x`` >= 0, same shape."""
    return math.sqrt(0.5 * math.pi) * erfcx(_ROOT_HALF * x)
