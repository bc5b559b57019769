"""Time of one seed against d, for both engines: measured, so it differs between machines."""

import os
import platform
import time
from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib.ticker import StrMethodFormatter

from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS, MARKERS
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
        d={"direct": (10, 100, 1000, 3000), "dice": tuple(10**k for k in (1, 3, 5, 7, 9))},
        seeds={"direct": 4, "dice": 512},
        repeats=3,
    ),
    "full": Preset(
        n=4000,
        d={"direct": (10, 100, 1000, 10_000), "dice": _DICE},
        seeds={"direct": 8, "dice": 1024},
        repeats=5,
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


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    last = data["curves"]["direct"]["d"][-1]
    return (
        f"Time of one seed of one round of full retraining at n = {data['n']:,} against d, both axes "
        "logarithmic: direct draws the n × d data, dice draws from the exact law without them. Fastest "
        f"of {data['repeats']} runs, measured on {data['machine']}; the spread over runs is not drawn. "
        f"Direct ends at d = {last:,}, where one seed holds {data['n'] * last:.2g} numbers and its time "
        "grows as d: the dotted line goes on in proportion to d and is not measured. Unlike all other figures this one differs "
        "between machines and runs."
    )


def draw(data: dict[str, Any]) -> Any:
    """Two measured curves on logarithmic axes, directly labelled."""
    figure, axis = new_figure(1, 1, 5.8, 3.6)
    words = {"direct": "direct: draws\n$n \\times d$ data", "dice": "dice: exact law, no data"}
    for engine, curve in data["curves"].items():
        x, y = np.asarray(curve["d"], float), 1e3 * np.asarray(curve["seconds"])
        style: Any = {"color": COLOURS[engine], "marker": MARKERS[engine]}
        axis.plot(x, y, **style)
        middle = len(x) // 2
        place = (x[-1], y[-1]) if engine == "direct" else (x[middle], y[middle])
        axis.annotate(words[engine], place, (-8 if engine == "direct" else 7, 6), textcoords="offset points",
                      color=COLOURS[engine], ha="right" if engine == "direct" else "left", va="bottom")  # fmt: skip
        if engine == "direct":
            reach = np.array([x[-1], 10 * x[-1]])
            axis.plot(reach, y[-1] * reach / x[-1], color=COLOURS[engine], ls=":", lw=1)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_xlabel("number of features $d$")
    axis.set_ylabel("time per seed (ms)")
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
