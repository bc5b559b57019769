"""How clean predicted and consensus labels are, and how many stay, against the separation (R5)."""

from typing import Any, NamedTuple

import numpy as np

from relabel_lab.figures.asked import Asked
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS, RHO, plain_log_axis
from relabel_lab.sim import Problem, parse_scheme
from relabel_lab.theory import predict

SUMMARY = "correct labels among given, predicted and consensus ones, and the consensus set's size"

NAMES = ("full", "consensus")
P = 0.3
DEFAULTS = Asked(alpha=(0.5, 2.0, 10.0), margin="constant")
SEPARATION = (0.1, 10.0)
NOISE_DIMENSIONS = 10**8


class Preset(NamedTuple):
    """Points a curve."""

    points: int


PRESETS = {"quick": Preset(81), "full": Preset(401)}


def compute(preset: Preset, step: Step, asked: Asked = DEFAULTS) -> dict[str, Any]:
    """Label accuracies and the share of samples kept; nothing is simulated."""
    rho = np.geomspace(*SEPARATION, preset.points)
    panels = []
    alphas, d = asked.alpha or (), NOISE_DIMENSIONS + 1
    for done, alpha in enumerate(alphas, 1):
        problem = Problem(round(alpha * (d - 1)), d, P, rho**0.5, margin=asked.margin)
        found = {name: predict(problem, parse_scheme(name)) for name in NAMES}
        right = {name: each.label_accuracy[:, 1].tolist() for name, each in found.items()}
        kept = found["consensus"].coverage[:, 1].tolist()
        panels.append({"alpha": alpha, "right": right, "kept": kept})
        step(done, len(alphas))
    return {"p": P, "rho": rho.tolist(), "panels": panels}


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    alphas = ", ".join(f"{panel['alpha']:g}" for panel in data["panels"])
    return (
        "Share of correct labels among the given ones, among those that the initial model predicts for its "
        "own training samples, and on the consensus set where the two agree; dashed: the share of samples in "
        f"the consensus set. At p = {data['p']:g} and n/(d-1) = {alphas}, margin {data['asked']['margin']}, "
        "proportional limit (R5). With few samples the model remembers the given labels: predicted and given labels then agree "
        "whether right or wrong, and the consensus set is hardly cleaner. Nothing is simulated."
    )


def draw(data: dict[str, Any]) -> Any:
    """A panel a ratio n/(d-1)."""
    figure, axes = new_figure(1, len(data["panels"]), 9.0, 3.6, sharey=True, squeeze=False)
    axes = axes[0]
    words = {"full": "predicted labels", "consensus": "consensus labels"}
    for axis, panel in zip(axes, data["panels"], strict=True):
        axis.axhline(100 * (1 - data["p"]), color=COLOURS["initial"], label="given labels")
        for name, label in words.items():
            axis.plot(
                data["rho"], 100 * np.array(panel["right"][name]), color=COLOURS[name], label=label
            )
        axis.plot(data["rho"], 100 * np.array(panel["kept"]), color=COLOURS["consensus"],
                  linestyle="--", label="size of the consensus set")  # fmt: skip
        plain_log_axis(axis.xaxis, [0.1, 0.3, 1, 3, 10])
        axis.set_xlim(*SEPARATION)
        axis.set_xlabel(RHO)
        axis.set_title(f"$n/(d-1)$ = {panel['alpha']:g}")
    axes[0].set_ylabel("share (%)")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure
