"""Counter-based random numbers that fuse: Threefry-2x32 unrolled.

A loop around it never stores the draws, and any of them can be drawn again from its counter.

Threefry: Salmon, Moraes, Dror, Shaw (2011), the generator behind JAX's default keys.
"""

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import DTypeLike, Scalar

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA


def threefry(
    key: tuple[jax.Array, jax.Array], high: jax.Array, low: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Two random words for each 64-bit counter (high, low); uint32 arrays that broadcast."""
    schedule = (key[0], key[1], key[0] ^ key[1] ^ jnp.uint32(PARITY))
    high, low = high + schedule[0], low + schedule[1]
    for group in range(5):
        for shift in ROTATIONS[group % 2]:
            high = high + low
            low = (low << jnp.uint32(shift)) | (low >> jnp.uint32(32 - shift))
            low = low ^ high
        high = high + schedule[(group + 1) % 3]
        low = low + schedule[(group + 2) % 3] + jnp.uint32(group + 1)
    return high, low


def words(key: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The two 32-bit words of typed or raw Threefry keys [...]."""
    typed = jnp.issubdtype(key.dtype, jax.dtypes.prng_key)
    data = jax.random.key_data(key) if typed else key
    return data[..., 0], data[..., 1]


def normal(bits: jax.Array) -> jax.Array:
    """Normal in float32 from the upper 24 bits.

    The grid of odd multiples of 2^-24 keeps clear of 0 and of both ends, so that every draw is
    finite and the law is exactly symmetric; the largest is 5.42.
    """
    odd = 2 * (bits >> jnp.uint32(8)).astype(jnp.int32) + (1 - 2**24)
    u = odd.astype(jnp.float32) * jnp.float32(2.0**-24)
    return jnp.float32(2**0.5) * jax.lax.erf_inv(u)


def normal64(high: jax.Array, low: jax.Array) -> jax.Array:
    """Normal in float64 from 53 of 64 bits."""
    word = (high.astype(jnp.int64) << 20) | (low.astype(jnp.int64) >> 12)  # 52 bits
    odd = 2 * word + (1 - 2**52)
    return 2**0.5 * jax.lax.erf_inv(odd.astype(jnp.float64) * 2.0**-52)


def uniform(bits: jax.Array) -> jax.Array:
    """Uniform on (0, 1) in float64: midpoints of 2^32 cells, never 0 or 1."""
    return (bits.astype(jnp.float64) + 0.5) * 2.0**-32


def normals(
    key: tuple[jax.Array, jax.Array],
    high: jax.Array,
    low: jax.Array,
    dtype: DTypeLike,
) -> tuple[jax.Array, jax.Array]:
    """A pair of independent normals for each counter, to be used together (in one sum)."""
    first, second = threefry(key, high, low)
    if dtype == jnp.float32:
        return normal(first), normal(second)
    other = threefry(key, high, low | jnp.uint32(2**31))
    return normal64(first, second), normal64(*other)


def pair_bits(
    key: tuple[jax.Array, jax.Array], high: jax.Array, low: jax.Array, dtype: DTypeLike
) -> tuple[jax.Array, ...]:
    """What `normals` are made of: one uint64 array, two for float64.

    To be used one after the other: a loop over the pair draws the bits once, not twice.
    """
    first = _joined(*threefry(key, high, low))
    if dtype == jnp.float32:
        return (first,)
    return first, _joined(*threefry(key, high, low | jnp.uint32(2**31)))


def one_of_pair(bits: tuple[jax.Array, ...], which: Scalar, dtype: DTypeLike) -> jax.Array:
    """Normal number ``which`` (0 or 1) of each pair."""
    if dtype == jnp.float32:
        shift = jnp.where(jnp.asarray(which) == 0, jnp.uint64(32), jnp.uint64(0))
        return normal((bits[0] >> shift).astype(jnp.uint32))
    word = jnp.where(jnp.asarray(which) == 0, bits[0], bits[1])
    return normal64((word >> jnp.uint64(32)).astype(jnp.uint32), word.astype(jnp.uint32))


def _joined(high: jax.Array, low: jax.Array) -> jax.Array:
    return (high.astype(jnp.uint64) << jnp.uint64(32)) | low.astype(jnp.uint64)
