r"""Householder dice (R19): a Gaussian matrix known only through the products asked of it.

\(W\) is n x r with iid N(0, 1) entries.  Every product with a vector inside the span of the
earlier ones is known; the part of W orthogonal to both spans is still fresh, so a new product
costs one fresh Gaussian vector (Y. M. Lu, arXiv 2101.07464).
"""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp

# A squared residual below this share of the squared length is rounding: the vector was seen before.
SEEN = 1e-20


class Bases(eqx.Module):
    """Orthonormal vectors asked so far and the products with them; unused rows are zero.

    Attributes:
        left: [K, N], rows l_k.            left_image: [K, D], rows W^T l_k.
        right: [K, D], rows r_k.           right_image: [K, N], rows W r_k.
    """

    left: jax.Array
    left_image: jax.Array
    right: jax.Array
    right_image: jax.Array


def empty(slots: int, samples: int, dimensions: int) -> Bases:
    """Bases with room for ``slots`` vectors on either side."""
    long, short = jnp.zeros((slots, samples)), jnp.zeros((slots, dimensions))
    return Bases(long, short, short, long)


def from_left(
    bases: Bases, slot: jax.Array, vector: jax.Array, fresh: Callable[[jax.Array], jax.Array]
) -> tuple[Bases, jax.Array]:
    """Product W^T vector [D]; ``fresh(is_new)`` draws the Gaussian vector of a new direction."""
    direction, is_new = _residual(bases.left, vector)
    image = _complement(bases.right, fresh(is_new)) + bases.right.T @ (
        bases.right_image @ direction
    )
    bases = Bases(
        bases.left.at[slot].set(direction),
        bases.left_image.at[slot].set(jnp.where(is_new, image, 0)),
        bases.right,
        bases.right_image,
    )
    return bases, known(bases, vector)


def known(bases: Bases, vector: jax.Array) -> jax.Array:
    """Product W^T vector [D] of a vector in the span of those asked before; else of its part there."""
    return bases.left_image.T @ (bases.left @ vector)


def from_right(
    bases: Bases, slot: jax.Array, vector: jax.Array, fresh: Callable[[], jax.Array]
) -> tuple[Bases, jax.Array]:
    """Product W vector [N]; ``fresh()`` draws the Gaussian vector of a new direction."""
    direction, is_new = _residual(bases.right, vector)
    image = _complement(bases.left, fresh()) + bases.left.T @ (bases.left_image @ direction)
    bases = Bases(
        bases.left,
        bases.left_image,
        bases.right.at[slot].set(direction),
        bases.right_image.at[slot].set(jnp.where(is_new, image, 0)),
    )
    return bases, bases.right_image.T @ (bases.right @ vector)


def _complement(basis: jax.Array, vector: jax.Array) -> jax.Array:
    return vector - basis.T @ (basis @ vector)


def _residual(basis: jax.Array, vector: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Unit vector of the part orthogonal to ``basis`` (zero if none), and whether there is one."""
    rest = _complement(basis, _complement(basis, vector))  # twice is enough (Kahan, Parlett)
    square, whole = rest @ rest, vector @ vector
    is_new = square > SEEN * whole
    return jnp.where(is_new, rest / jnp.sqrt(jnp.where(is_new, square, 1)), 0), is_new
