"""Draws from the engines of `sim`, as results of the claims."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import numpy as np

from relabel_lab.proofs_check.sampling.exact_law import Cell, Results
from relabel_lab.sim import Consensus, Full, Problem, dice, direct
from relabel_lab.sim.noise import MarginFlips, UniformFlips

ENGINES: dict[str, Callable[..., Any]] = {"dice": dice.run_many, "direct": direct.run_many}


def problem(cell: Cell) -> Problem:
    """The cell as a problem of `sim` with unit noise variance."""
    kind, _, scale = cell.margin.partition(":")
    if kind == "normal" and abs(float(scale) ** 2 * cell.rho - 1) > 1e-12:
        raise ValueError(f"margin = {cell.margin} is not the isotropic mixture at rho = {cell.rho}")
    margin = "gaussian" if kind == "normal" else cell.margin
    flips = MarginFlips(cell.p, cell.decay) if cell.decay else UniformFlips(cell.p)
    spectrum = None if cell.isotropic else cell.spectrum
    gamma = np.sqrt(cell.rho)
    return Problem(cell.n, cell.r + 1, None, gamma, margin=margin, noise=flips, spectrum=spectrum)


@lru_cache(maxsize=64)
def draw(cell: Cell, engine: str, seeds: int, root: int) -> Results:
    """One round of full and consensus retraining on shared data; arrays [seeds]."""
    stream = zlib.crc32(f"{engine} {cell}".encode())
    key = jax.random.fold_in(jax.random.key(root), stream)
    found = ENGINES[engine](problem(cell), (Full(), Consensus()), 1, key=key, seeds=seeds)
    full, consensus = found["full"], found["consensus"]
    return Results(
        *(
            np.asarray(x, dtype=np.float64)
            for x in (
                full.kappa[:, 0],
                full.kappa[:, 1],
                consensus.kappa[:, 1],
                full.label_accuracy[:, 1],
                consensus.label_accuracy[:, 1],
                consensus.coverage[:, 1],
            )
        )
    )
