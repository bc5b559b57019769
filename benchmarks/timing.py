"""Timings that survive a noisy machine: jobs taken in turn, medians of several runs."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np

REPEATS = 5


class Clock(NamedTuple):
    """Median seconds of one job: on the wall, and of all processors together."""

    wall: float
    processor: float

    @property
    def cores(self) -> float:
        """Cores kept busy."""
        return self.processor / self.wall


def medians(work: Mapping[str, Callable[[], Any]], repeats: int = REPEATS) -> dict[str, Clock]:
    """Median `Clock` of each job after one warm-up; the jobs run in turn, A B A B ..."""
    for job in work.values():
        jax.block_until_ready(job())
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in work}
    for _ in range(repeats):
        for name, job in work.items():
            wall, processor = time.perf_counter(), time.process_time()
            jax.block_until_ready(job())
            spent[name].append((time.perf_counter() - wall, time.process_time() - processor))
    return {name: Clock(*np.median(clocks, axis=0)) for name, clocks in spent.items()}


def rows(where: str, values: Iterable[tuple[str, float, str, str | None]]) -> list[dict[str, Any]]:
    """Rows as `run()` returns them: name with ``where``, value, unit and target."""
    columns = ("name", "value", "unit", "target")
    return [dict(zip(columns, (f"{name}, {where}", *rest), strict=True)) for name, *rest in values]


def show(found: Iterable[Mapping[str, Any]]) -> None:
    """Print rows, one a line."""
    for row in found:
        print(f"{row['name']}: {row['value']:.4g} {row['unit']} (target {row['target']})")
