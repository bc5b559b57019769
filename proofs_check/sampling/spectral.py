r"""The exact law of one retraining round with a spectrum (R3), in plain NumPy.

Vectors live in the eigenbasis of Sigma; the cost is n + r numbers a seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from relabel_lab.proofs_check.formulas import Array, Formulas
from relabel_lab.proofs_check.sampling.exact_law import BLOCK_NUMBERS, Cell, Results, draw_margins


@dataclass(frozen=True)
class Base:
    """Base draws of a block of seeds: per sample [seeds, n], per direction [seeds, r]."""

    m: Array
    s: Array
    eps: Array
    mean: Array
    spare: Array


def bases(cell: Cell, seeds: int, rng: np.random.Generator) -> Iterator[Base]:
    """Base draws in blocks of seeds that fit in memory."""
    size = max(1, BLOCK_NUMBERS // (cell.n + cell.r))
    for start in range(0, seeds, size):
        count = min(size, seeds - start)
        samples, directions = (count, cell.n), (count, cell.r)
        m = draw_margins(cell.margin, rng, samples)
        yield Base(
            m,
            np.where(rng.random(samples) < cell.flip(m), -1.0, 1.0),
            rng.standard_normal(samples),
            rng.standard_normal(directions) / np.sqrt(cell.n),
            rng.standard_normal(directions),
        )


def assemble(cell: Cell, base: Base, f: Formulas) -> tuple[Results, Array]:
    """R2, R3 and R4 on a block of base draws, and the mean of m s sign(g), whose mean is 0."""
    spectrum, v0 = cell.spectrum, base.mean
    a0, eps = (base.s * base.m).mean(axis=-1), f.centred(base.eps)
    inside = f.pull(v0, spectrum)[:, None] + f.spread(v0, spectrum)[:, None] * eps
    t = np.sign(base.m * cell.rho * a0[:, None] + base.s * inside)
    agree = base.s * t
    a1, c, b = (t * base.m).mean(axis=-1), agree.mean(axis=-1), (agree * eps).mean(axis=-1)
    q = f.direction(v0, spectrum)
    across = base.spare - (base.spare * q).sum(axis=-1, keepdims=True) * q
    fresh = np.sqrt(f.fresh_share(c) / cell.n)
    v1 = c[:, None] * v0 + b[:, None] * q + fresh[:, None] * across
    kappas = (
        cell.rho * a / f.spread(v, spectrum) for a, v in ((a0, v0), (a1, v1), (a0 + a1, v0 + v1))
    )
    kept = agree > 0
    before, full, consensus = kappas
    results = Results(
        before,
        full,
        consensus,
        (t > 0).mean(axis=-1),
        (kept & (t > 0)).sum(axis=-1) / kept.sum(axis=-1),
        kept.mean(axis=-1),
    )
    return results, (base.m * base.s * np.sign(base.eps)).mean(axis=-1)


def sample(cell: Cell, seeds: int, f: Formulas, root: tuple[int, ...]) -> tuple[Results, Array]:
    """Results [seeds], and the control variate of mean 0 that goes with them."""
    rng = np.random.default_rng(root)
    parts = [assemble(cell, base, f) for base in bases(cell, seeds, rng)]
    names = Results.__dataclass_fields__
    columns = (np.concatenate([getattr(part, name) for part, _ in parts]) for name in names)
    return Results(*columns), np.concatenate([control for _, control in parts])
