"""Length of a normal vector in any number of dimensions, one draw each."""

import jax
import jax.numpy as jnp

from relabel_lab.sim.seeds import normal64, threefry, uniform, words

BOOST = 2**31  # counter of the uniform that serves shapes below 1; no attempt reaches it


def chi(key: jax.Array, freedom: jax.Array) -> jax.Array:
    """Length of a standard normal vector in ``freedom`` >= 1 dimensions (below 1: as 1).

    Marsaglia and Tsang's rejection for gamma(freedom / 2) in float64, exact in law up to the
    resolution of the draws for any number of dimensions; shape below 1 by the usual power of
    a uniform.
    """
    stream = words(key)
    half = jnp.maximum(freedom, 1).astype(jnp.float64) / 2
    raised = jnp.where(half < 1, half + 1, half)
    d = raised - 1 / 3
    c = 1 / jnp.sqrt(9 * d)

    def attempt(
        state: tuple[jax.Array, jax.Array, jax.Array],
    ) -> tuple[jax.Array, jax.Array, jax.Array]:
        count, _, _ = state
        x = normal64(*threefry(stream, count, jnp.uint32(0)))
        u = uniform(threefry(stream, count, jnp.uint32(1))[0])
        v = (1 + c * x) ** 3
        safe = jnp.maximum(v, 1e-300)
        accepted = (v > 0) & (jnp.log(u) < x**2 / 2 + d - d * safe + d * jnp.log(safe))
        return count + jnp.uint32(1), d * v, accepted

    start = (jnp.uint32(0), jnp.zeros_like(d), jnp.zeros(d.shape, bool))
    _, gamma, _ = jax.lax.while_loop(lambda state: ~state[2], attempt, start)
    u = uniform(threefry(stream, jnp.uint32(BOOST), jnp.uint32(0))[0])
    return jnp.sqrt(2 * gamma * jnp.where(half < 1, u ** (1 / half), 1))
