"""Predictions of several rounds a second: full and consensus at constant margin (R21)."""

import time
from typing import Any

import jax
import numpy as np

from benchmarks.timing import show
from relabel_lab.sim import Problem
from relabel_lab.sim.schemes import Consensus, Full
from relabel_lab.theory import predict

CASES: list[tuple[int, int, str]] = [(2, 8192, ">= 1e4"), (3, 512, ">= 300")]
REPEATS = 3
DIMENSIONS = 10_000


def run() -> list[dict[str, Any]]:
    """Rows with name, value, unit and target: the best of a few calls, compilation excluded."""
    return [
        {
            "name": f"predictions of {rounds} rounds, full and consensus, with their errors",
            "value": count / _seconds(rounds, count),
            "unit": "problems/s",
            "target": target,
        }
        for rounds, count, target in CASES
    ]


def _seconds(rounds: int, count: int) -> float:
    rng = np.random.default_rng(0)
    alpha, rho = 10 ** rng.uniform(-1, 1, count), 10 ** rng.uniform(-1, 1, count)
    n = np.round(alpha * DIMENSIONS)
    grid = Problem(n, DIMENSIONS + 1, rng.uniform(0, 0.5, count), np.sqrt(rho))
    times = []
    for _ in range(REPEATS + 1):  # the first one compiles
        start = time.perf_counter()
        jax.block_until_ready([predict(grid, scheme, rounds) for scheme in (Full(), Consensus())])
        times.append(time.perf_counter() - start)
    return min(times[1:])


if __name__ == "__main__":
    show(run())
