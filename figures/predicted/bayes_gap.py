"""How far each scheme stays below the Bayes-optimal accuracy, isotropic mixture (R5, R9-R12)."""

from typing import Any, NamedTuple

import numpy as np

from relabel_lab.figures.asked import Asked
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import ALPHA as ALPHA_LABEL
from relabel_lab.figures.style import COLOURS, colour_of, label_ends, plain_log_axis
from relabel_lab.sim import Problem
from relabel_lab.sim.schemes import parse_scheme
from relabel_lab.theory import best_combination, predict
from relabel_lab.theory.limit import Mixture, bayes_accuracy

SUMMARY = "points of accuracy that each scheme lacks to Bayes-optimal after one round (R9, R12)"

NAMES = ("initial", "full", "consensus", "crossfit:5", "fresh", "optimal")
BEST = "best interpolation"
DEFAULTS = Asked(schemes=NAMES)
PANELS = ((0.3, 1.2), (0.45, 1.2), (0.3, 2.0), (0.45, 2.0))  # (p, gamma), sigma = 1
ALPHA = (0.1, 100.0)
FLOOR = 0.004  # percentage points; smaller gaps leave the picture
NOISE_DIMENSIONS = 10**8  # the limit depends on n/(d-1) alone


class Preset(NamedTuple):
    """Points a curve."""

    points: int


PRESETS = {"quick": Preset(25), "full": Preset(121)}


def compute(preset: Preset, step: Step, asked: Asked = DEFAULTS) -> dict[str, Any]:
    """Accuracies over n/(d-1); nothing is simulated."""
    n = np.round(np.geomspace(*ALPHA, preset.points) * NOISE_DIMENSIONS).astype(int)
    panels = []
    for done, (p, gamma) in enumerate(PANELS, 1):
        points = [_accuracies(int(each), p, gamma, asked.schemes or ()) for each in n]
        curves = {name: [point[name] for point in points] for name in points[0]}
        panels.append({"p": p, "gamma": gamma, "accuracy": curves})
        step(done, len(PANELS))
    return {"alpha": (n / NOISE_DIMENSIONS).tolist(), "panels": panels}


def _accuracies(n: int, p: float, gamma: float, names: tuple[str, ...]) -> dict[str, float]:
    problem = Problem(n, NOISE_DIMENSIONS + 1, p, gamma, margin="gaussian")
    schemes = {name: parse_scheme(name) for name in names}
    found = {name: float(predict(problem, s).accuracy[-1]) for name, s in schemes.items()}
    found[BEST] = float(problem.law.accuracy(best_combination(problem).kappa))
    found["Bayes"] = bayes_accuracy(Mixture(gamma, p, n / NOISE_DIMENSIONS))
    return found


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    return (
        "Accuracy lacking to the Bayes-optimal classifier of the same data, in percentage points on a "
        "logarithmic axis, after one round of each scheme against n/(d-1), in the proportional limit of "
        "the isotropic mixture (margin gaussian, σ = 1); p and γ above each panel. Initial is the model "
        "before retraining; fresh retrains on n further unlabelled samples with their predicted labels; "
        "best interpolation is the best combination of both models (R9). Nothing is simulated."
    )


def draw(data: dict[str, Any]) -> Any:
    """One panel a flip probability and separation."""
    figure, axes = new_figure(2, 2, 9.6, 6.2, sharex=True, sharey=True)
    for axis, panel in zip(axes.flat, data["panels"], strict=True):
        _draw_panel(axis, data["alpha"], panel)
    for axis in axes[:, 0]:
        axis.set_ylabel("points of accuracy below Bayes")
    for axis in axes[-1]:
        axis.set_xlabel(ALPHA_LABEL)
    return figure


def _draw_panel(axis: Any, alpha: list[float], panel: dict[str, Any]) -> None:
    plain_log_axis(axis.xaxis, [0.1, 1, 10, 100])
    plain_log_axis(axis.yaxis, [0.01, 0.1, 1, 10])
    axis.set_ylim(FLOOR, 60)
    axis.set_xlim(*ALPHA)
    ends = {}
    accuracy = panel["accuracy"]
    for name in (name for name in accuracy if name != "Bayes"):
        colour = COLOURS["interpolate"] if name == BEST else colour_of(name)
        gap = 100 * (np.asarray(accuracy["Bayes"]) - np.asarray(accuracy[name]))
        axis.plot(alpha, np.maximum(gap, FLOOR / 2), color=colour, ls="--" if name == BEST else "-")
        ends[name] = (float(gap[-1]), colour)
    label_ends(axis, ends)
    axis.set_title(f"$p$ = {panel['p']:g}, $\\gamma$ = {panel['gamma']:g}")
