"""Accuracy against n/d for initial, full and consensus: prediction (R5) and simulation."""

from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib.lines import Line2D

from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import ACCURACY, ALPHA, COLOURS, MARKERS, new_figure, plain_log_axis
from relabel_lab.sim import Problem, dice, parse_scheme
from relabel_lab.theory import predict

SUMMARY = "accuracy against n/d for initial, full and consensus, predicted and simulated"

NAMES = ("initial", "full", "consensus")
P = 0.4
SEPARATIONS = (2.5, 0.7)
ASIDE = dict(zip(NAMES, (0.955, 1.0, 1.047), strict=True))  # markers beside each other, not on top


class Preset(NamedTuple):
    """How much is simulated: features, n/(d-1) from low to high, seeds a point."""

    d: int
    low: float
    high: float
    points: int
    seeds: int


PRESETS = {
    "quick": Preset(d=501, low=0.2, high=50.0, points=6, seeds=64),
    "full": Preset(d=4001, low=0.1, high=100.0, points=16, seeds=400),
}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Curves and simulated points, one panel a separation rho = (gamma/sigma)^2."""
    sizes = _sizes(preset, preset.points)
    panels = []
    for number, rho in enumerate(SEPARATIONS):
        simulated = []
        for place, n in enumerate(sizes):
            simulated.append(_simulate(preset, rho, int(n), number * len(sizes) + place))
            step(number * len(sizes) + place + 1, len(SEPARATIONS) * len(sizes))
        panels.append(
            {"rho": rho, "predicted": _predict(preset, rho), "simulated": _columns(simulated)}
        )
    return {"p": P, "d": preset.d, "seeds": preset.seeds, "engine": "dice", "panels": panels}


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    rho = " and ".join(f"{panel['rho']:g}" for panel in data["panels"])
    return (
        "Accuracy after one round of full and consensus retraining, and of the initial model, against "
        f"n/(d-1), at separations ρ = {rho}, flip probability p = {data['p']:g}, constant margin. "
        f"Lines: proportional limit (R5). Markers: means of {data['seeds']} draws of the exact law at "
        f"d = {data['d']:,}; bars: one standard deviation over seeds, the standard error of a mean is "
        f"1/{data['seeds'] ** 0.5:.0f} of it. Markers of the three schemes stand side by side, at n/(d-1) "
        "times 0.955, 1 and 1.047."
    )


def draw(data: dict[str, Any]) -> Any:
    """Lines for predictions, markers with one standard deviation over seeds for simulations."""
    shared = {"sharex": True, "sharey": True}
    figure, axes = new_figure(1, len(data["panels"]), 8.0, 3.6, **shared)
    for axis, panel in zip(axes, data["panels"], strict=True):
        _draw_panel(axis, panel)
    axes[0].set_ylabel(ACCURACY)
    handles = [
        Line2D([], [], color=COLOURS[n], marker=MARKERS[n], mfc="white", label=n) for n in NAMES
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


def _sizes(preset: Preset, points: int) -> np.ndarray:
    aspect = np.geomspace(preset.low, preset.high, points)
    return np.unique(np.round(aspect * (preset.d - 1)).astype(int))


def _problem(preset: Preset, rho: float, n: Any) -> Problem:
    return Problem(n=n, d=preset.d, p=P, gamma=rho**0.5)


def _predict(preset: Preset, rho: float) -> dict[str, Any]:
    problem = _problem(preset, rho, _sizes(preset, 200))
    accuracy = {name: predict(problem, parse_scheme(name)).accuracy[:, 1] for name in NAMES}
    return {"alpha": problem.alpha.tolist(), **{k: v.tolist() for k, v in accuracy.items()}}


def _simulate(preset: Preset, rho: float, n: int, cell: int) -> dict[str, Any]:
    problem = _problem(preset, rho, n)
    key = jax.random.fold_in(jax.random.key(1), cell)
    schemes = [parse_scheme(name) for name in NAMES]
    outcomes = dice.run_many(problem, schemes, key=key, seeds=preset.seeds)
    point = {"alpha": float(problem.alpha)}
    for name, outcome in outcomes.items():
        accuracy = np.asarray(outcome.accuracy[:, 1])
        point[name], point[f"{name}_sd"] = float(accuracy.mean()), float(accuracy.std(ddof=1))
    return point


def _columns(rows: list[dict[str, float]]) -> dict[str, list[float]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _draw_panel(axis: Any, panel: dict[str, Any]) -> None:
    predicted, simulated = panel["predicted"], panel["simulated"]
    for name in NAMES:
        percent = 100 * np.asarray(predicted[name])
        axis.plot(predicted["alpha"], percent, color=COLOURS[name])
        axis.errorbar(
            ASIDE[name] * np.asarray(simulated["alpha"]),
            100 * np.asarray(simulated[name]),
            yerr=100 * np.asarray(simulated[f"{name}_sd"]),
            fmt=MARKERS[name],
            color=COLOURS[name],
            markerfacecolor="white",
            capsize=2,
            linewidth=1,
        )
    plain_log_axis(axis.xaxis, [0.1, 0.3, 1, 3, 10, 30, 100])
    axis.set_xlim(0.85 * min(predicted["alpha"]), 1.1 * max(predicted["alpha"]))
    axis.set_xlabel(ALPHA)
    axis.set_title(rf"$\rho$ = {panel['rho']:g}")
