"""Accuracy against the flip probability: six schemes predicted (R5, R10), three simulated."""

from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib.lines import Line2D

from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import ACCURACY, P, colour_of, new_figure
from relabel_lab.sim import Problem, dice, parse_scheme
from relabel_lab.theory import predict

SUMMARY = "accuracy against the flip probability for six schemes, predicted and simulated"

NAMES = ("initial", "full", "consensus", "crossfit:5", "confident:0.5", "fresh")
SIMULATED = ("initial", "full", "consensus")  # more of them together compile for minutes
SEPARATIONS = (2.0, 0.8)
ALPHA = 2.0
RANGE = (0.02, 0.48)


class Preset(NamedTuple):
    """Samples, simulated points and seeds of each, points of a curve."""

    n: int
    points: int
    seeds: int
    fine: int


PRESETS = {"quick": Preset(1000, 5, 64, 30), "full": Preset(10_000, 12, 400, 200)}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Curves and simulated points, one panel a separation."""
    coarse, fine = np.linspace(*RANGE, preset.points), np.linspace(*RANGE, preset.fine)
    panels = []
    for number, rho in enumerate(SEPARATIONS):
        simulated = []
        for place, p in enumerate(coarse.tolist()):
            simulated.append(_simulate(preset, rho, p, number * len(coarse) + place))
            step(number * len(coarse) + place + 1, len(SEPARATIONS) * len(coarse))
        predicted = {name: _curve(preset, rho, fine, name) for name in NAMES}
        panels.append({"rho": rho, "predicted": predicted, "simulated": simulated})
    told = {"n": preset.n, "alpha": ALPHA, "seeds": preset.seeds, "engine": "dice"}
    return {**told, "p": coarse.tolist(), "p_fine": fine.tolist(), "panels": panels}


def _problem(preset: Preset, rho: float, p: Any) -> Problem:
    return Problem(n=preset.n, d=round(preset.n / ALPHA) + 1, p=p, gamma=rho**0.5)


def _curve(preset: Preset, rho: float, p: np.ndarray, name: str) -> list[float]:
    """Predicted accuracies; a rule with constants of the problem is predicted one p at a time."""
    scheme = parse_scheme(name)
    if dice.one_rule((scheme,)):
        return predict(_problem(preset, rho, p), scheme).accuracy[:, 1].tolist()
    each = (predict(_problem(preset, rho, x), scheme).accuracy[1] for x in p.tolist())
    return [float(value) for value in each]


def _simulate(preset: Preset, rho: float, p: float, cell: int) -> dict[str, list[float]]:
    """Mean accuracy and its standard error by scheme."""
    key = jax.random.fold_in(jax.random.key(21), cell)
    schemes = [parse_scheme(name) for name in SIMULATED]
    outcomes = dice.run_many(_problem(preset, rho, p), schemes, key=key, seeds=preset.seeds)
    found = {}
    for name in SIMULATED:
        accuracy = np.asarray(outcomes[name].accuracy[:, 1])
        error = accuracy.std(ddof=1) / preset.seeds**0.5
        found[name] = [float(accuracy.mean()), float(error)]
    return found


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    rho = " and ".join(f"{panel['rho']:g}" for panel in data["panels"])
    return (
        "Accuracy after one round of each scheme, and of the initial model, against the flip probability p "
        f"at n/(d-1) = {data['alpha']:g} and separations ρ = {rho} (constant margin). Fresh labels n further "
        "samples; confident:0.5 keeps the more confident half. Lines: proportional limit (R5, R10, R11). "
        f"Markers (three schemes): means of {data['seeds']} seeds of the exact law at n = {data['n']:,}, bars 95 % intervals."
    )


def draw(data: dict[str, Any]) -> Any:
    """A panel a separation."""
    figure, axes = new_figure(1, len(data["panels"]), 8.4, 4.0, sharex=True, sharey=True)
    for axis, panel in zip(axes, data["panels"], strict=True):
        for name in NAMES:
            colour = colour_of(name)
            axis.plot(data["p_fine"], 100 * np.array(panel["predicted"][name]), color=colour)
            if name not in SIMULATED:
                continue
            mean, error = 100 * np.array([point[name] for point in panel["simulated"]]).T
            axis.errorbar(
                data["p"], mean, 1.96 * error, fmt="o", color=colour, markersize=3.5,
                markerfacecolor="white", linewidth=1, capsize=2,
            )  # fmt: skip
        axis.set_xlabel(P)
        axis.set_title(f"$\\rho$ = {panel['rho']:g}")
    axes[0].set_ylabel(ACCURACY)
    marked: Any = {"marker": "o", "mfc": "white"}
    handles = [
        Line2D([], [], color=colour_of(n), label=n, **(marked if n in SIMULATED else {}))
        for n in NAMES
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(NAMES), fontsize=8)
    return figure
