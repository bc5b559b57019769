"""How close each scheme comes to the Bayes-optimal accuracy, isotropic mixture (R5, R9-R12)."""

from typing import Any, NamedTuple

import numpy as np

from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS, new_figure, plain_log_axis
from relabel_lab.sim import Problem
from relabel_lab.sim.schemes import parse_scheme
from relabel_lab.theory import best_combination, predict
from relabel_lab.theory.limit import Mixture, bayes_accuracy

SUMMARY = "accuracy of each scheme after one round beside the Bayes-optimal one (R9, R12)"

NAMES = ("initial", "full", "consensus", "crossfit:5", "fresh", "optimal")
BEST = "best interpolation"
LINES: dict[str, Any] = {
    **{name: {"color": COLOURS[name]} for name in NAMES[:3]},
    "crossfit:5": {"color": COLOURS["dice"]},
    "fresh": {"color": "#e69f00"},
    "optimal": {"color": COLOURS["direct"]},
    BEST: {"color": "#56b4e9", "linestyle": "--"},
    "Bayes": {"color": "black", "linewidth": 2.2, "linestyle": ":"},
}
PANELS = ((0.3, 1.2), (0.45, 1.2), (0.3, 2.0), (0.45, 2.0))  # (p, gamma), sigma = 1
ALPHA = (0.1, 100.0)
NOISE_DIMENSIONS = 10**8  # the limit depends on n/(d-1) alone


class Preset(NamedTuple):
    """Points a curve."""

    points: int


PRESETS = {"quick": Preset(25), "full": Preset(121)}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Accuracies over n/(d-1); nothing is simulated."""
    n = np.round(np.geomspace(*ALPHA, preset.points) * NOISE_DIMENSIONS).astype(int)
    panels = []
    for done, (p, gamma) in enumerate(PANELS, 1):
        points = [_accuracies(int(each), p, gamma) for each in n]
        curves = {name: [point[name] for point in points] for name in points[0]}
        panels.append({"p": p, "gamma": gamma, "accuracy": curves})
        step(done, len(PANELS))
    return {"alpha": (n / NOISE_DIMENSIONS).tolist(), "panels": panels}


def _accuracies(n: int, p: float, gamma: float) -> dict[str, float]:
    problem = Problem(n, NOISE_DIMENSIONS + 1, p, gamma, margin="gaussian")
    schemes = {name: parse_scheme(name) for name in NAMES}
    found = {name: float(predict(problem, s).accuracy[-1]) for name, s in schemes.items()}
    found[BEST] = float(problem.law.accuracy(best_combination(problem).kappa))
    found["Bayes"] = bayes_accuracy(Mixture(gamma, p, n / NOISE_DIMENSIONS))
    return found


def draw(data: dict[str, Any]) -> Any:
    """One panel a flip probability and separation."""
    figure, axes = new_figure(2, 2, 9.0, 6.4, sharex=True)
    for axis, panel in zip(axes.flat, data["panels"], strict=True):
        for name, style in LINES.items():
            axis.plot(data["alpha"], panel["accuracy"][name], label=name, **style)
        plain_log_axis(axis.xaxis, [0.1, 1, 10, 100])
        axis.set_title(f"$p$ = {panel['p']:g}, $\\gamma$ = {panel['gamma']:g}")
    for axis in axes[:, 0]:
        axis.set_ylabel("accuracy")
    for axis in axes[-1]:
        axis.set_xlabel("$n/(d-1)$")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure
