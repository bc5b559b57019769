r"""Blocks of normals whose mean is known before they are drawn.

A block holds LEAVES x L normals of a seed.  Each group of GROUP of them is an orthogonal (Haar)
transform of one normal that is the group's mean and GROUP - 1 differences, so that the leaves
are iid N(0, 1) while the mean over many groups costs one draw a group.  Position q L + l of
block i belongs to leaf q and lane l; its counter is (i, call L + l).
"""

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import DTypeLike
from relabel_lab.sim.seeds import normals

GROUP = 8
LEAVES = 2 * GROUP  # a Threefry call yields two words: its first call gives both group means
CALLS = LEAVES // 2


class Stream(eqx.Module):
    """Normals of S seeds side by side.

    Attributes:
        key: two words of key, each [S].
        lanes: L, static.
        dtype: float32 or float64, static.
    """

    key: tuple[jax.Array, jax.Array]
    lanes: int = eqx.field(static=True)
    dtype: DTypeLike = eqx.field(static=True, default=jnp.float32)

    @property
    def block(self) -> int:
        """Normals of a seed in one block."""
        return LEAVES * self.lanes

    def leaves(self, index: jax.Array) -> list[jax.Array]:
        """All normals of block ``index`` (scalar or [S]) as LEAVES arrays [S, L], to be fused."""
        pairs = [self.call(index, number) for number in range(CALLS)]
        return haar([a for a, _ in pairs]) + haar([b for _, b in pairs])

    def stacked(self, index: jax.Array) -> jax.Array:
        """The same, stored: [LEAVES, S, L].

        The loop over calls and the product keep XLA from fusing the draws into every use.
        """
        pairs = jax.lax.map(lambda number: self._draw(index, number), jnp.arange(CALLS))
        matrix = jnp.stack(haar(list(jnp.diag(_scales(self.dtype)))))
        return jnp.concatenate([jnp.tensordot(matrix, half, 1) for half in pairs])

    def call(self, index: jax.Array, number: int) -> tuple[jax.Array, jax.Array]:
        """Haar coefficient ``number`` of both groups, each [S, L]; number 0 is the mean."""
        first, second = self._draw(index, number)
        scale = _scales(self.dtype)[number]
        return first * scale, second * scale

    def _draw(self, index: jax.Array, number: int | jax.Array) -> tuple[jax.Array, jax.Array]:
        key = (self.key[0][:, None], self.key[1][:, None])
        high = jnp.asarray(index).astype(jnp.uint32).reshape(-1, 1)
        offset = jnp.asarray(number).astype(jnp.uint32) * jnp.uint32(self.lanes)
        low = offset + jax.lax.broadcasted_iota(jnp.uint32, (1, self.lanes), 1)
        return normals(key, high, low, self.dtype)


def _scales(dtype: DTypeLike) -> jax.Array:
    """Standard deviations of the Haar coefficients that make every leaf N(0, 1)."""
    levels = [max(number, 1).bit_length() - 1 for number in range(GROUP)]
    return jnp.asarray([(2**level / GROUP) ** 0.5 for level in levels], dtype)


def haar(coefficients: list[jax.Array]) -> list[jax.Array]:
    """Leaves of a group from its mean and its differences, coarsest first."""
    leaves = coefficients[:1]
    while len(leaves) < len(coefficients):
        differences = coefficients[len(leaves) : 2 * len(leaves)]
        leaves = [
            leaf
            for mean, difference in zip(leaves, differences, strict=True)
            for leaf in (mean + difference, mean - difference)
        ]
    return leaves
