"""Dice against direct and against a NumPy loop: seconds a seed, taken in turn in one run."""

from collections.abc import Callable
from typing import Any

import jax

from benchmarks.direct import numpy_loop
from benchmarks.timing import medians
from relabel_lab import sim
from relabel_lab.sim import dice, direct

N, D = 10_000, 5_000
SCHEMES = (sim.Full(), sim.Consensus())
SEEDS = {"direct": 4, "dice": 8192, "numpy": 2}


def run() -> list[dict[str, Any]]:
    """Rows of name, value, unit, target."""
    problem, key = sim.Problem(N, D, 0.4, 1.5), jax.random.key(0)
    work: dict[str, Callable[[], Any]] = {
        "direct": lambda: direct.run_many(problem, SCHEMES, key=key, seeds=SEEDS["direct"]),
        "dice": lambda: dice.run_many(problem, SCHEMES, key=key, seeds=SEEDS["dice"]),
        "numpy": lambda: numpy_loop(problem, SEEDS["numpy"]),
    }
    clocks = medians(work)
    seconds = {name: clocks[name].wall / SEEDS[name] for name in work}
    where = f"n={N} d={D}"
    values = (
        (f"dice, {where}", seconds["dice"], "s/seed", None),
        (f"direct / dice, {where}", seconds["direct"] / seconds["dice"], "ratio", ">= 3000"),
        (f"NumPy loop / dice, {where}", seconds["numpy"] / seconds["dice"], "ratio", None),
        (f"cores busy, dice, {where}", clocks["dice"].cores, "cores", "all, with enough seeds"),
    )
    return [dict(zip(("name", "value", "unit", "target"), row, strict=True)) for row in values]
