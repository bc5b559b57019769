"""Time of one seed against d, for both engines: measured, so it differs between machines."""

import os
import platform
import time
from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib.ticker import StrMethodFormatter

from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS, MARKERS, new_figure
from relabel_lab.sim import Problem, dice, direct
from relabel_lab.sim.schemes import Full

SUMMARY = "time of one seed against d for both engines (measured)"

ENGINES = {"direct": direct, "dice": dice}


class Preset(NamedTuple):
    """Samples, the values of d for each engine, seeds a run, runs of which the fastest counts."""

    n: int
    d: dict[str, tuple[int, ...]]
    seeds: dict[str, int]
    repeats: int


_DICE = tuple(10**k for k in range(1, 10))
PRESETS = {
    "quick": Preset(
        n=2000,
        d={"direct": (10, 100, 1000, 3000), "dice": _DICE},
        seeds={"direct": 8, "dice": 2048},
        repeats=5,
    ),
    "full": Preset(
        n=10_000,
        d={"direct": (10, 100, 1000, 10_000, 30_000), "dice": _DICE},
        seeds={"direct": 16, "dice": 4096},
        repeats=9,
    ),
}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Seconds a seed in the fastest run, one full retraining round, on all cores."""
    cases = [(engine, d) for engine in ENGINES for d in preset.d[engine]]
    for number, case in enumerate(cases):
        _seconds_a_seed(preset, *case)  # compiles
        step(number + 1, (1 + preset.repeats) * len(cases))
    fastest = dict.fromkeys(cases, float("inf"))
    for repeat in range(preset.repeats):  # in turn, so that a busy moment spoils no single case
        for case in cases:
            fastest[case] = min(fastest[case], _seconds_a_seed(preset, *case))
        step((2 + repeat) * len(cases), (1 + preset.repeats) * len(cases))
    curves = {
        engine: {"d": preset.d[engine], "seconds": [fastest[engine, d] for d in preset.d[engine]]}
        for engine in ENGINES
    }
    return {
        "n": preset.n,
        "machine": _machine(),
        "measured": True,
        "repeats": preset.repeats,
        "curves": curves,
    }


def draw(data: dict[str, Any]) -> Any:
    """Two measured curves on logarithmic axes."""
    figure, axis = new_figure(1, 1, 5.6, 3.8)
    labels = {"direct": "direct: draws the n x d data", "dice": "dice: exact law, no data"}
    for engine, curve in data["curves"].items():
        axis.plot(
            curve["d"],
            1e3 * np.asarray(curve["seconds"]),
            color=COLOURS[engine],
            marker=MARKERS[engine],
            label=labels[engine],
        )
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_xlabel("number of features d")
    axis.set_ylabel(f"time per seed (ms, fastest of {data['repeats']} runs)")
    axis.set_title(f"One retraining round at n = {data['n']:,}, measured on {data['machine']}")
    axis.legend()
    return figure


def _seconds_a_seed(preset: Preset, engine: str, d: int) -> float:
    problem = Problem(n=preset.n, d=d, p=0.3, gamma=1.5)
    seeds = preset.seeds[engine]
    start = time.perf_counter()
    outcome = ENGINES[engine].run(problem, Full(), key=jax.random.key(3), seeds=seeds)
    jax.block_until_ready(outcome)
    return (time.perf_counter() - start) / seeds


def _machine() -> str:
    kind = jax.devices()[0].device_kind
    where = platform.machine() if kind == "cpu" else kind
    return f"{len(jax.devices())} of {os.cpu_count()} {where} cores" if kind == "cpu" else where
