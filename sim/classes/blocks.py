r"""Householder dice in blocks: K - 1 products of one Gaussian matrix at a time (R19).

W is N x r with iid N(0, 1) entries.  Noise space has no preferred axes: coordinate k is the
direction that the k-th new left vector opened, so the fresh part of a block of left products is
normal in the coordinates known before it and lower triangular in its own, with chi-distributed
diagonal (Bartlett): the cost is free of r.
"""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.dice.chi import chi

SEEN = 1e-13  # share of the squared size of a block below which a direction is rounding


class Blocks(eqx.Module):
    """Orthonormal vectors asked so far, as rows, and the products with them; unused rows are zero.

    Attributes:
        left: [A, N].         left_image: [A, D], rows W^T l.
        right: [B, D].        right_image: [B, N], rows W r.
        opened: which of the D = A coordinates of noise space have a direction, [D].
    """

    left: jax.Array
    left_image: jax.Array
    right: jax.Array
    right_image: jax.Array
    opened: jax.Array


def empty(samples: int, lefts: int, rights: int) -> Blocks:
    """Room for so many left and right vectors."""
    return Blocks(
        jnp.zeros((lefts, samples)),
        jnp.zeros((lefts, lefts)),
        jnp.zeros((rights, lefts)),
        jnp.zeros((rights, samples)),
        jnp.zeros(lefts, bool),
    )


def from_left(
    blocks: Blocks, place: Any, vectors: jax.Array, r: jax.Array, key: jax.Array
) -> tuple[Blocks, jax.Array]:
    """Products ``vectors`` W, [k, N] to [k, D], as block number ``place``.

    ``r`` is the true dimension of noise space.
    """
    rows, new = _orthonormal(blocks.left, vectors)
    first = place * len(rows)
    fresh, opened = _fresh_rows(blocks, first, new, r, key)
    image = _complement(blocks.right, fresh) + (rows @ blocks.right_image.T) @ blocks.right
    blocks = Blocks(
        _put(blocks.left, rows, first),
        _put(blocks.left_image, jnp.where(new[:, None], image, 0), first),
        blocks.right,
        blocks.right_image,
        opened,
    )
    return blocks, (vectors @ blocks.left.T) @ blocks.left_image


def from_right(
    blocks: Blocks, place: Any, vectors: jax.Array, inside: jax.Array, key: jax.Array
) -> tuple[Blocks, jax.Array]:
    """Products ``vectors`` W^T, [k, D] to [k, N]; rows of W outside ``inside`` are zero."""
    rows, new = _orthonormal(blocks.right, vectors)
    first = place * len(rows)
    fresh = jnp.where(inside, jax.random.normal(key, (len(rows), inside.size), jnp.float64), 0)
    image = _complement(blocks.left, fresh) + (rows @ blocks.left_image.T) @ blocks.left
    blocks = Blocks(
        blocks.left,
        blocks.left_image,
        _put(blocks.right, rows, first),
        _put(blocks.right_image, jnp.where(new[:, None], image, 0), first),
        blocks.opened,
    )
    return blocks, (vectors @ blocks.right.T) @ blocks.right_image


def _put(rows: jax.Array, block: jax.Array, first: Any) -> jax.Array:
    return jax.lax.dynamic_update_slice_in_dim(rows, block, first, axis=0)


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
    blocks: Blocks, first: Any, new: jax.Array, r: jax.Array, key: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Rows [k, D] of a Gaussian matrix in coordinates, and the coordinates known after it."""
    k = new.size
    normals = jax.random.normal(key, (k, blocks.opened.size), jnp.float64)
    freedom = r - jnp.sum(blocks.opened) - (jnp.cumsum(new) - new)
    opens = new & (freedom > 0)
    keys = jax.vmap(lambda i: jax.random.fold_in(key, i))(jnp.arange(k))
    lengths = jnp.where(opens, jax.vmap(chi)(keys, freedom), 0)
    lower = jax.lax.dynamic_slice_in_dim(normals, first, k, axis=1)
    own = jnp.tril(lower, -1) * opens + jnp.diag(lengths)
    known = jnp.where(blocks.opened, normals, 0)
    opened = jax.lax.dynamic_update_slice_in_dim(blocks.opened, opens, first, axis=0)
    return jax.lax.dynamic_update_slice_in_dim(known, own, first, axis=1), opened
