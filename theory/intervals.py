r"""Normal probabilities of the two intervals that R5 is made of, without cancellation.

With \(I(x, h) = \Phi(x + h) - \Phi(x - h)\), the mean predicted label at signal A and
memorisation k is \(I(k, A)\) for a fair given label and gains \(e\,I(A, k)\) from its lean.
Both are small where A or k is, and a difference of \(\Phi\)s would lose their digits.
"""

import jax
import jax.numpy as jnp

from sim.normal import density, tail

_SMALL = 0.5  # half-width, and half-width times centre, up to which the series is used
_TERMS = 8  # 0.5^16/17! < 1e-19


@jax.custom_jvp
def interval_pair(a: jax.Array, k: jax.Array) -> tuple[jax.Array, jax.Array]:
    r"""\((I(k, a), I(a, k))\) for any ``a`` and ``k`` >= 0, arrays that broadcast.

    The relative error is a few 1e-16 wherever the larger of the two is not itself tiny.
    """
    size = jnp.abs(a)
    far, near = tail(jnp.abs(size - k)), tail(size + k)
    small, large = jnp.minimum(size, k), jnp.maximum(size, k)
    product = small * large
    offset = jnp.where(
        (small < _SMALL) & (product < _SMALL), _series(large, small, product), far - near
    )
    central = jnp.where(large < _SMALL, _series(small, large, product), 1.0 - far - near)
    signal, lean = jnp.where(size < k, offset, central), jnp.where(size < k, central, offset)
    return jnp.sign(a) * signal, lean


def _series(x: jax.Array, h: jax.Array, xh: jax.Array) -> jax.Array:
    r"""\(I(x, h) = 2h\varphi(x)\sum_j h^{2j} He_{2j}(x)/(2j+1)!\); finite only where used."""
    square = h * h
    odd, even = xh, xh * xh - square  # h^i He_i(x) for i = 1, 2
    total, factorial = 1.0 + even / 6.0, 6.0
    for i in range(2, 2 * _TERMS - 2, 2):
        odd = xh * even - i * square * odd
        even = xh * odd - (i + 1) * square * even
        factorial *= (i + 2) * (i + 3)
        total = total + even / factorial
    return 2.0 * h * density(x) * total


@interval_pair.defjvp
def _interval_pair_jvp(primals, tangents):
    (a, k), (da, dk) = primals, tangents
    up, down = density(a + k), density(a - k)
    size = jnp.abs(a)
    # phi(a + k) - phi(a - k), odd in a
    lean = jnp.sign(a) * density(size - k) * jnp.expm1(-2.0 * size * k)
    together = up + down
    return interval_pair(a, k), (together * da + lean * dk, lean * da + together * dk)
