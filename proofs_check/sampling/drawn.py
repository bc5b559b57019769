"""One round of retraining on drawn data, in plain NumPy: the reference for exact laws."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from relabel_lab.proofs_check.formulas import Array
from relabel_lab.proofs_check.sampling.exact_law import Cell, Results, draw_margins

BLOCK_NUMBERS = 1_500_000


def symmetrised(cell: Cell, seeds: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Features times true labels [seeds, n, r + 1], direction of mu first, and signs s."""
    shape = (seeds, cell.n)
    x = rng.standard_normal((*shape, cell.r + 1))
    m = draw_margins(cell.margin, rng, shape)
    x[..., 0] = np.sqrt(cell.rho) * m
    if not cell.isotropic:
        x[..., 1:] *= np.sqrt(cell.spectrum)
    return x, np.where(rng.random(shape) < cell.flip(m), -1.0, 1.0)


def retrained(cell: Cell, x: Array, given: Array) -> Results:
    """Train, relabel, retrain on all samples and on the consensus set."""
    first = np.einsum("sn,snd->sd", given, x)
    predicted = np.sign(np.einsum("snd,sd->sn", x, first))
    kept = predicted == given
    second = np.einsum("sn,snd->sd", predicted, x)
    third = np.einsum("sn,snd->sd", predicted * kept, x)
    before, full, consensus = (
        np.sqrt(cell.rho) * t[:, 0] / np.sqrt(t[:, 1:] ** 2 @ cell.spectrum)
        for t in (first, second, third)
    )
    right = predicted > 0
    return Results(
        before,
        full,
        consensus,
        right.mean(axis=1),
        (right & kept).sum(axis=1) / kept.sum(axis=1),
        kept.mean(axis=1),
    )


@lru_cache(maxsize=16)
def draw(cell: Cell, seeds: int, root: int) -> Results:
    """Results [seeds] on drawn data, kept in float32 to hold millions of seeds."""
    rng = np.random.default_rng((root, *str(cell).encode()))
    size = max(1, BLOCK_NUMBERS // (cell.n * (cell.r + 1)))
    parts = [
        retrained(cell, *symmetrised(cell, min(size, seeds - start), rng))
        for start in range(0, seeds, size)
    ]
    names = Results.__dataclass_fields__
    columns = ([getattr(part, name) for part in parts] for name in names)
    return Results(*(np.concatenate(column).astype(np.float32) for column in columns))
