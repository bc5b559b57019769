"""The exact law of one retraining round (R2, R3), isotropic noise, in plain NumPy.

Independent of the engines in `sim`.  The base draws do not depend on any formula; `assemble`
turns them into results with the formulas of the table, so that a wrong one can be tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from relabel_lab.proofs_check.formulas import Array, Formulas

BLOCK_NUMBERS = 2_000_000


@dataclass(frozen=True)
class Cell:
    """A problem: n samples, r noise dimensions, flips p, separation rho, margin law.

    ``noise`` is isotropic, power:A (eigenvalues of Sigma in proportion to j^-A) or half:X (one half
    of them X times the other), always of mean 1.  A flip at margin m has probability
    p exp(-decay (m - 1)), at most 1/2 (R18).
    """

    n: int
    r: int
    p: float
    rho: float
    margin: str = "constant"
    noise: str = "isotropic"
    decay: float = 0.0

    @property
    def spectrum(self) -> Array:
        """The r eigenvalues of Sigma."""
        kind, _, value = self.noise.partition(":")
        place = np.arange(1, self.r + 1)
        if kind == "power":
            shape = place ** -float(value)
        else:
            shape = np.where(2 * place <= self.r, float(value or 1), 1.0)
        return shape / shape.mean()

    @property
    def isotropic(self) -> bool:
        """Whether all eigenvalues are 1."""
        return self.noise == "isotropic"

    def flip(self, m: Array) -> Array:
        """Probability of a flip at margin m."""
        return np.minimum(self.p * np.exp(-self.decay * (m - 1)), 0.5)


@dataclass(frozen=True)
class Base:
    """Base draws of a block of seeds, seeds first."""

    m: Array
    s: Array
    eps: Array
    radius: Array
    spare: Array


def draw_margins(margin: str, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Margins m from their law."""
    kind, _, value = margin.partition(":")
    if kind == "constant":
        return np.ones(shape)
    if kind == "uniform":
        return 1 + float(value) * rng.random(shape)
    z = rng.standard_normal(shape)
    return 1 + float(value) * (np.abs(z) if kind == "half-normal" else z)


def bases(cell: Cell, seeds: int, rng: np.random.Generator) -> Iterator[Base]:
    """Base draws in blocks of seeds that fit in memory."""
    size = max(1, min(seeds, BLOCK_NUMBERS // cell.n))
    for start in range(0, seeds, size):
        shape = (min(size, seeds - start), cell.n)
        m = draw_margins(cell.margin, rng, shape)
        yield Base(
            m,
            np.where(rng.random(shape) < cell.flip(m), -1.0, 1.0),
            rng.standard_normal(shape),
            np.sqrt(rng.chisquare(cell.r, shape[0]) / cell.n),
            rng.random(shape[0]),
        )


@dataclass(frozen=True)
class Results:
    """Results [seeds] of one round."""

    initial: Array
    full: Array
    consensus: Array
    predicted_accuracy: Array
    consensus_accuracy: Array
    coverage: Array


def labels(cell: Cell, base: Base, f: Formulas) -> tuple[Array, Array, Array]:
    """Symmetrised predicted labels t, residuals and a_0."""
    eps = f.centred(base.eps)
    a0 = (base.s * base.m).mean(axis=-1)
    radius = base.radius[:, None]
    score = base.m * cell.rho * a0[:, None] + base.s * radius * (radius + eps)
    return np.sign(score), eps, a0


def assemble(cell: Cell, base: Base, f: Formulas) -> Results:
    """R2, R3 and R4 on a block of base draws."""
    from scipy.special import chdtri

    t, eps, a0 = labels(cell, base, f)
    agree = base.s * t
    a1, c, b = (t * base.m).mean(axis=-1), agree.mean(axis=-1), (agree * eps).mean(axis=-1)
    fresh = chdtri(f.fresh_degrees(cell.r), base.spare) * f.fresh_share(c) / cell.n
    along, radius = c * base.radius + b, base.radius
    kept = agree > 0
    return Results(
        cell.rho * a0 / radius,
        cell.rho * a1 / np.sqrt(along**2 + fresh),
        cell.rho * (a0 + a1) / np.sqrt((along + radius) ** 2 + fresh),
        (t > 0).mean(axis=-1),
        (kept & (t > 0)).sum(axis=-1) / kept.sum(axis=-1),
        kept.mean(axis=-1),
    )


def sample(cell: Cell, seeds: int, f: Formulas, root: tuple[int, ...]) -> Results:
    """Results of ``seeds`` independent seeds; the same base draws whatever the formulas."""
    rng = np.random.default_rng(root)
    parts = [assemble(cell, base, f) for base in bases(cell, seeds, rng)]
    names = Results.__dataclass_fields__
    return Results(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
