"""Retraining under label differential privacy: gain and samples needed against epsilon (R13)."""

from typing import Any, NamedTuple

import numpy as np

from relabel_lab.figures.asked import Asked
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import colour_of, plain_log_axis
from relabel_lab.sim import ClassProblem, Problem
from relabel_lab.sim.classes import response_rate
from relabel_lab.sim.schemes import parse_scheme
from relabel_lab.theory import predict

SUMMARY = "label privacy: accuracy gained and samples needed against epsilon, 2 and 10 classes"

NAMES = ("initial", "full", "consensus", "crossfit:5")
CASES = ((2, 2.5, (0.2, 4.0)), (10, 6.0, (0.8, 6.0)))  # classes, rho, range of epsilon
DEFAULTS = Asked(alpha=(3.0,), schemes=NAMES)
TARGET = 0.9
ALPHAS = (0.02, 3000.0)
NOISE_DIMENSIONS = 10**8


class Preset(NamedTuple):
    """Values of epsilon, and of n/r among which the needed one is interpolated."""

    points: int
    sizes: int


PRESETS = {"quick": Preset(31, 36), "full": Preset(81, 121)}


def compute(preset: Preset, step: Step, asked: Asked = DEFAULTS) -> dict[str, Any]:
    """Accuracy at `ALPHA`, and n/r at which it is `TARGET`; nothing is simulated."""
    (alpha,), names = asked.alpha or (), asked.schemes or ()
    alphas = np.geomspace(*ALPHAS, preset.sizes)
    panels = []
    for number, (classes, rho, limits) in enumerate(CASES):
        epsilon = np.geomspace(*limits, preset.points)
        p = np.array([response_rate(float(each), classes) for each in epsilon])
        found = {
            x: _accuracy(classes, rho, p, alpha, x) for x in dict.fromkeys(("initial", *names))
        }
        accuracy = {name: values.tolist() for name, values in found.items()}
        needed: dict[str, Any] = {}
        for name in names:
            reached = np.array([_accuracy(classes, rho, p, float(a), name) for a in alphas])
            needed[name] = [_needed(column, alphas) for column in reached.T]
            step(number * len(names) + len(needed), len(CASES) * len(names))
        panels.append(
            {"classes": classes, "rho": rho, "epsilon": epsilon.tolist(), "p": p.tolist(),
             "accuracy": accuracy, "needed": needed}
        )  # fmt: skip
    return {"alpha": alpha, "target": TARGET, "panels": panels}


def _accuracy(classes: int, rho: float, p: np.ndarray, alpha: float, name: str) -> np.ndarray:
    n = round(alpha * NOISE_DIMENSIONS)
    gamma, d = rho**0.5, NOISE_DIMENSIONS + classes - 1
    two = classes == 2
    problem: Any = Problem(n, d, p, gamma) if two else ClassProblem(n, d, p, gamma, classes=classes)
    return np.asarray(predict(problem, parse_scheme(name)).accuracy[..., 1])


def _needed(accuracy: np.ndarray, alphas: np.ndarray) -> float | None:
    """Least n/r from which the accuracy stays above the target, interpolated."""
    below = np.flatnonzero(accuracy < TARGET)
    if not below.size or below[-1] + 1 == len(alphas):
        return None
    last = below[-1]
    share = (TARGET - accuracy[last]) / (accuracy[last + 1] - accuracy[last])
    return float(np.exp(np.log(alphas[last]) * (1 - share) + np.log(alphas[last + 1]) * share))


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    cases = " and ".join(f"{x['classes']} classes (ρ = {x['rho']:g})" for x in data["panels"])
    return (
        f"Labels privatised by randomised response with parameter ε (R13): {cases}, constant margin, "
        "proportional limit (R5, R10, R22). Above: points of accuracy that one round adds to the initial "
        f"model at n/(d-K+1) = {data['alpha']:g}. Below: samples per noise dimension that reach "
        f"{100 * data['target']:g} % accuracy. p above the columns is the "
        "probability of a wrong label. Retraining uses privatised labels alone, so that it costs no "
        "further privacy. Nothing is simulated."
    )


def draw(data: dict[str, Any]) -> Any:
    """A column a number of classes."""
    figure, axes = new_figure(2, len(data["panels"]), 8.0, 5.6, sharex="col")
    for (upper, lower), panel in zip(axes.T, data["panels"], strict=True):
        for name in data["asked"]["schemes"]:
            style: Any = {"color": colour_of(name)}
            if name != "initial":
                gain = np.array(panel["accuracy"][name]) - np.array(panel["accuracy"]["initial"])
                upper.plot(panel["epsilon"], 100 * gain, **style)
            needed = np.array(panel["needed"][name], float)
            lower.plot(panel["epsilon"], needed, label=name, **style)
        upper.axhline(0, color=colour_of("initial"), linewidth=1)
        most, least = panel["p"][0], panel["p"][-1]
        upper.set_title(
            f"{panel['classes']} classes, $\\rho$ = {panel['rho']:g}\n$p$ from {most:.2f} to {least:.2f}"
        )
        lower.set_xlabel(r"privacy parameter $\varepsilon$")
        plain_log_axis(lower.xaxis, [x for x in (0.2, 0.5, 1, 2, 3, 4, 6) if _inside(x, panel)])
        plain_log_axis(lower.yaxis, [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000])
        lower.set_xlim(panel["epsilon"][0], panel["epsilon"][-1])
    axes[0, 0].set_ylabel("points of accuracy gained\nby one round")
    axes[1, 0].set_ylabel(f"$n/(d-K+1)$ needed\nfor {100 * data['target']:g} % accuracy")
    handles, labels = axes[1, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def _inside(epsilon: float, panel: dict[str, Any]) -> bool:
    return panel["epsilon"][0] <= epsilon <= panel["epsilon"][-1]
