"""How the grid is cut into blocks: the unit of work, of writing and of resuming."""

from __future__ import annotations

import math

import numpy as np


class Blocks:
    """Regular blocks over a grid of ``shape``, with about ``target`` cells each.

    Attributes:
        shape: grid shape.
        chunk: block shape; blocks at the upper edges may be smaller.
        counts: number of blocks along each axis.
        blocks: number of blocks.
    """

    def __init__(self, shape: tuple[int, ...], target: int):
        self.shape = shape
        self.chunk = _chunk(shape, target)
        self.counts = tuple(-(-s // c) for s, c in zip(shape, self.chunk, strict=True))
        self.blocks = math.prod(self.counts)

    def position(self, block: int) -> tuple[int, ...]:
        """Block coordinates of block number ``block`` (row-major)."""
        position = []
        for count in reversed(self.counts):
            block, place = divmod(block, count)
            position.append(place)
        return tuple(reversed(position))

    def region(self, block: int) -> tuple[slice, ...]:
        """The block's slice of every grid axis."""
        return tuple(
            slice(i * c, min((i + 1) * c, s))
            for i, c, s in zip(self.position(block), self.chunk, self.shape, strict=True)
        )

    def extent(self, block: int) -> tuple[int, ...]:
        """Shape of the block."""
        return tuple(part.stop - part.start for part in self.region(block))

    def cells(self, block: int) -> np.ndarray:
        """Flat numbers [C] of the block's cells, row-major inside the block."""
        flat = np.zeros((), dtype=np.int64)
        for part, size in zip(self.region(block), self.shape, strict=True):
            flat = flat[..., None] * size + np.arange(part.start, part.stop)
        return flat.ravel()


def _chunk(shape: tuple[int, ...], target: int) -> tuple[int, ...]:
    """Whole trailing axes first, then even parts of the axis that no longer fits."""
    chunk = []
    for size in reversed(shape):
        parts = -(-size // max(1, min(size, target)))
        chunk.append(-(-size // parts))
        target //= chunk[-1]
    return tuple(reversed(chunk))
