r"""Upper tail of the length of a normal vector, by its finite sum of positive terms."""

import math

import jax
import jax.numpy as jnp

from relabel_lab.sim.margins import mills


def log_chi_tail(x: jax.Array, freedom: int) -> jax.Array:
    r"""\(\log P(\chi_k > x)\), k = ``freedom`` >= 1, x >= 0 of any shape.

    With t = x^2/2 the tail is \(e^{-t}\sum_{j<k/2} t^j/j!\) for even k; for odd k the first term
    is 2Q(x) and the others step by half-integers.  No digits are lost where the tail underflows.
    """
    finite = jnp.minimum(x, 1e100)
    t, terms = finite**2 / 2, freedom // 2
    if freedom % 2 == 0:
        total = _log_sum(t, terms, 0.0)
    else:
        scale = math.sqrt(2 / math.pi)
        total = jnp.log(scale * mills(finite))
        if terms:
            rest = math.log(scale) + jnp.log(finite) + _log_sum(t, terms, 0.5)
            total = jnp.logaddexp(total, rest)
    return jnp.where(jnp.isinf(x), -jnp.inf, jnp.minimum(total - t, 0.0))


def _log_sum(t: jax.Array, terms: int, shift: float) -> jax.Array:
    r"""\(\log\sum_{j<terms} t^j/\prod_{i\le j}(i + shift)\), from the end that is largest."""
    last = terms - 1
    up, down = jnp.ones_like(t), jnp.ones_like(t)
    safe = jnp.maximum(t, 1e-300)
    bounded = jnp.minimum(t, last + 1.0)

    def grow(i: jax.Array, sums: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        up, down = sums
        late, early = last - i + shift, i + 1 + shift
        return 1 + bounded / late * up, 1 + jnp.minimum(early / safe, early) * down

    up, down = jax.lax.fori_loop(0, last, grow, (up, down))
    top = last * jnp.log(safe) - math.lgamma(last + 1 + shift) + math.lgamma(1 + shift)
    return jnp.where(t > last + 1.0, top + jnp.log(down), jnp.log(up))
