"""Predictions a second: kappa of initial, full and consensus for an array of problems (R5)."""

import time
from typing import Any

import jax
import numpy as np

from benchmarks.timing import show
from relabel_lab import theory
from relabel_lab.sim.margins import Constant, Gaussian, HalfNormal, Margin, Uniform
from relabel_lab.sim.schemes import Consensus, Full, Initial

CASES: list[tuple[str, Margin, int, str | None]] = [
    ("constant", Constant(), 2_000_000, ">= 2e6"),
    ("half-normal", HalfNormal(0.5), 100_000, ">= 1e5"),
    ("uniform", Uniform(1.0), 100_000, None),
    ("gaussian", Gaussian(), 100_000, None),
]
REPEATS = 5


@jax.jit
def kappas(rho: jax.Array, alpha: jax.Array, p: jax.Array, law: Margin) -> tuple[jax.Array, ...]:
    """The three kappas, one compiled call for the whole array."""
    limit = theory.isotropic(rho, alpha, p, law)
    return tuple(theory.kappa(limit, scheme) for scheme in (Initial(), Full(), Consensus()))


def run() -> list[dict[str, Any]]:
    """Rows with name, value, unit and target: the best of a few calls, compilation excluded."""
    return [
        {
            "name": f"predictions, {name} margin",
            "value": count / _seconds(law, count),
            "unit": "problems/s",
            "target": target,
        }
        for name, law, count, target in CASES
    ]


def _seconds(law: Margin, count: int) -> float:
    rng = np.random.default_rng(0)
    rho, alpha = 10 ** rng.uniform(-2, 2, count), 10 ** rng.uniform(-2, 3, count)
    operands = tuple(map(jax.device_put, (rho, alpha, rng.uniform(0, 0.5, count))))
    jax.block_until_ready(kappas(*operands, law))
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        jax.block_until_ready(kappas(*operands, law))
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    show(run())
