"""Samples, labels and both boundaries in a plane, at a large and at a small separation (R1-R5)."""

from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib.lines import Line2D

from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS
from relabel_lab.sim import Problem, direct
from relabel_lab.sim.schemes import Full
from relabel_lab.theory import predict

SUMMARY = "samples, given and predicted labels and both boundaries at two separations"

P = 0.3
MARGIN = "half-normal:0.6"
SEPARATIONS = (1.07, 0.4)
N, D = 600, 301
LABELS = {1: ("o", "#117733"), -1: ("v", "#aa4499")}
MODELS = ("initial", "full")
TITLES = {"initial": "given labels, initial model", "full": "predicted labels, retrained"}
REACH = 4.2  # of both axes, in standard deviations of the noise


class Preset(NamedTuple):
    """Samples that are drawn as points, of the `N` that there are."""

    shown: int


PRESETS = {"quick": Preset(300), "full": Preset(600)}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """One draw a separation, seed 0: every model's plane holds mu and the model itself."""
    panels = []
    for number, rho in enumerate(SEPARATIONS):
        panels.append(_panel(rho, preset.shown))
        step(number + 1, len(SEPARATIONS))
    return {
        "p": P,
        "n": N,
        "d": D,
        "margin": MARGIN,
        "seed": 0,
        "engine": "direct",
        "panels": panels,
    }


def _panel(rho: float, shown: int) -> dict[str, Any]:
    problem = Problem(n=N, d=D, p=P, gamma=rho**0.5, margin=MARGIN)
    drawn = direct.sample(problem, jax.random.fold_in(jax.random.key(0), 0))
    models, labels = direct.retrain(Full(), drawn.x, drawn.given)
    limit = predict(problem, Full()).accuracy
    views = []
    for number, name in enumerate(MODELS):
        view = _view(np.asarray(models[number], float), np.asarray(drawn.x, float), problem)
        right = np.asarray(labels[number]) == np.asarray(drawn.y)
        views.append(
            {
                "model": name,
                "labels": np.sign(np.asarray(labels[number])).astype(int)[:shown].tolist(),
                "right": right[:shown].tolist(),
                "wrong_share": float(1 - right.mean()),
                "predicted_accuracy": float(limit[number]),
                **{key: np.round(value, 4).tolist() for key, value in view.items() if key != "x"},
                "x": np.round(view["x"][:shown], 4).tolist(),
            }
        )
    return {"rho": rho, "y": np.asarray(drawn.y).astype(int)[:shown].tolist(), "views": views}


def _view(model: np.ndarray, x: np.ndarray, problem: Problem) -> dict[str, np.ndarray]:
    """Samples along mu and along the model's noise direction, its normal, its exact accuracy."""
    noise = model.copy()
    noise[0] = 0.0
    size = float(np.linalg.norm(noise))
    kappa = float(problem.gamma) * model[0] / size
    return {
        "x": np.column_stack([x[:, 0], x @ noise / size]),
        "normal": np.array([model[0], size]),
        "accuracy": np.asarray(problem.law.accuracy(kappa)),
    }


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    told = []
    for panel in data["panels"]:
        first, last = panel["views"]
        told.append(
            f"ρ = {panel['rho']:g}: {100 * first['accuracy']:.1f} to {100 * last['accuracy']:.1f} % "
            f"(in the limit, R5: {100 * first['predicted_accuracy']:.1f} to "
            f"{100 * last['predicted_accuracy']:.1f} %)"
        )
    return (
        f"One draw of the model (n = {data['n']}, d = {data['d']}, p = {data['p']:g}, margin {data['margin']}, "
        f"seed {data['seed']}, {len(data['panels'][0]['y'])} of the samples shown). Left: given labels "
        "and the boundary of the initial model. Right: the labels it predicts for the same samples and "
        "the boundary after one round of full retraining. Each panel is the plane of μ (across) and of "
        "the noise direction of its own model (up), in which the boundary is exact; units are standard "
        "deviations of the noise. Symbols with a dark rim carry a wrong label. Population accuracies "
        f"are exact (R1). {'; '.join(told)}."
    )


def draw(data: dict[str, Any]) -> Any:
    """A row a separation: the initial model beside the retrained one."""
    rows = len(data["panels"])
    figure, axes = new_figure(rows, 2, 6.8, 3.3 * rows + 0.4, sharex=True, sharey=True)
    for row, panel in zip(axes, data["panels"], strict=True):
        for axis, view in zip(row, panel["views"], strict=True):
            _draw_view(axis, view)
        row[0].set_ylabel(f"$\\rho$ = {panel['rho']:g}\nalong the model's noise")
    for axis in axes[-1]:
        axis.set_xlabel(r"along $\mu$")
    words = {1: "label +1", -1: "label \N{MINUS SIGN}1"}
    handles: list[Any] = [
        Line2D([], [], ls="", marker=m, color=c, label=words[sign])
        for sign, (m, c) in LABELS.items()
    ]
    rim: Any = {"mfc": "none", "mec": "black"}
    handles.append(Line2D([], [], ls="", marker="o", label="wrong label", **rim))
    handles += [Line2D([], [], color=COLOURS[n], lw=2.2, label=f"boundary, {n}") for n in MODELS]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, fontsize=8, columnspacing=1)
    return figure


def _draw_view(axis: Any, view: dict[str, Any]) -> None:
    x, labels = np.asarray(view["x"]), np.asarray(view["labels"])
    wrong = ~np.asarray(view["right"])
    for sign, (marker, colour) in LABELS.items():
        for some, options in (
            ((labels == sign) & ~wrong, {"alpha": 0.45, "linewidths": 0}),
            ((labels == sign) & wrong, {"edgecolors": "black", "linewidths": 0.8}),
        ):
            axis.scatter(*x[some].T, s=16, marker=marker, color=colour, **options)
    across, up = view["normal"]
    ends = np.array([-10.0, 10.0])
    axis.plot(-up / across * ends, ends, color=COLOURS[view["model"]], lw=2.2)
    axis.set_xlim(-REACH, REACH)
    axis.set_ylim(-REACH, REACH)
    axis.set_aspect("equal")
    axis.grid(False)
    axis.set_title(
        f"{TITLES[view['model']]}: {100 * view['accuracy']:.1f} % accurate\n"
        f"{100 * view['wrong_share']:.1f} % of its labels are wrong", fontsize=9,
    )  # fmt: skip
