r"""Householder dice in blocks: K - 1 products of one Gaussian matrix at a time (R19).

W is N x r with iid N(0, 1) entries.  Noise space has no preferred axes: coordinate k is the
direction that the k-th new left vector opened, so the fresh part of a block of left products is
normal in the coordinates known before it and lower triangular in its own, with chi-distributed
diagonal (Bartlett): the cost is free of r.
"""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.dice import chi

SEEN = 1e-13  # share of the squared size of a block below which a direction is rounding


class Blocks(eqx.Module):
    """Orthonormal vectors asked so far, as rows, and the products with them.

    Attributes:
        left: [A, N].         left_image: [A, D], rows W^T l.
        right: [B, D].        right_image: [B, N], rows W r.
        opened: which of the D coordinates of noise space have a direction, [D].
    """

    left: jax.Array
    left_image: jax.Array
    right: jax.Array
    right_image: jax.Array
    opened: jax.Array


def empty(samples: int, coordinates: int) -> Blocks:
    """Nothing asked yet; room for ``coordinates`` left vectors."""
    long, short = jnp.zeros((0, samples)), jnp.zeros((0, coordinates))
    return Blocks(long, short, short, long, jnp.zeros(coordinates, bool))


def from_left(
    blocks: Blocks, vectors: jax.Array, r: jax.Array, key: jax.Array
) -> tuple[Blocks, jax.Array]:
    """Products ``vectors`` W, [k, N] to [k, D]; ``r`` is the true dimension of noise space."""
    rows, new = _orthonormal(blocks.left, vectors)
    fresh, opened = _fresh_rows(blocks, new, r, key)
    image = _complement(blocks.right, fresh) + (rows @ blocks.right_image.T) @ blocks.right
    blocks = Blocks(
        jnp.concatenate([blocks.left, rows]),
        jnp.concatenate([blocks.left_image, jnp.where(new[:, None], image, 0)]),
        blocks.right,
        blocks.right_image,
        opened,
    )
    return blocks, (vectors @ blocks.left.T) @ blocks.left_image


def from_right(
    blocks: Blocks, vectors: jax.Array, inside: jax.Array, key: jax.Array
) -> tuple[Blocks, jax.Array]:
    """Products ``vectors`` W^T, [k, D] to [k, N]; rows of W outside ``inside`` are zero."""
    rows, new = _orthonormal(blocks.right, vectors)
    fresh = jnp.where(inside, jax.random.normal(key, (len(rows), inside.size), jnp.float64), 0)
    image = _complement(blocks.left, fresh) + (rows @ blocks.left_image.T) @ blocks.left
    blocks = Blocks(
        blocks.left,
        blocks.left_image,
        jnp.concatenate([blocks.right, rows]),
        jnp.concatenate([blocks.right_image, jnp.where(new[:, None], image, 0)]),
        blocks.opened,
    )
    return blocks, (vectors @ blocks.right.T) @ blocks.right_image


def _complement(basis: jax.Array, rows: jax.Array) -> jax.Array:
    return rows - (rows @ basis.T) @ basis


def _orthonormal(basis: jax.Array, vectors: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Orthonormal rows of what lies outside ``basis`` (zero rows where rank lacks), and which."""
    rest = _complement(basis, _complement(basis, vectors))
    values, turn = jnp.linalg.eigh(rest @ rest.T)
    new = values > SEEN * jnp.sum(vectors**2)
    rows = _scaled(turn.T @ rest, values, new)
    rows = _complement(basis, rows)  # once more: small directions carry the rounding of large ones
    gram = rows @ rows.T + jnp.diag(jnp.where(new, 0.0, 1.0))
    lower = jnp.linalg.cholesky(gram)
    return jax.scipy.linalg.solve_triangular(lower, rows, lower=True), new


def _scaled(rows: jax.Array, squares: jax.Array, new: jax.Array) -> jax.Array:
    return jnp.where(new[:, None], rows / jnp.sqrt(jnp.where(new, squares, 1))[:, None], 0)


def _fresh_rows(
    blocks: Blocks, new: jax.Array, r: jax.Array, key: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Rows [k, D] of a Gaussian matrix in coordinates, and the coordinates known after it."""
    k, first = new.size, len(blocks.left)
    normals = jax.random.normal(key, (k, blocks.opened.size), jnp.float64)
    known = jnp.where(blocks.opened, normals, 0)
    freedom = r - jnp.sum(blocks.opened) - (jnp.cumsum(new) - new)
    opens = new & (freedom > 0)
    keys = jax.vmap(lambda i: jax.random.fold_in(key, i))(jnp.arange(k))
    lengths = jnp.where(opens, jax.vmap(chi)(keys, freedom), 0)
    own = jnp.tril(normals[:, first : first + k], -1) * opens + jnp.diag(lengths)
    opened = blocks.opened.at[first : first + k].set(opens)
    return known.at[:, first : first + k].set(own), opened
