"""Which scheme to use as the number of classes grows (R22)."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.patches import Patch

from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.predicted.schemes import GAINS, NAMES, TIE, leads, paint
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import RHO, colour_of, plain_log_axis
from relabel_lab.sim import ClassProblem
from relabel_lab.sim.schemes import parse_scheme
from relabel_lab.theory import predict

SUMMARY = "which scheme to use where, for 2, 4, 10 and 30 classes (R22)"

CLASSES = (2, 4, 10, 30)
ALPHA = 3.0
SEPARATION = (0.5, 60.0)
NOISE_DIMENSIONS = 10**8
SHARE = (0.02, 0.98)  # of the way from pure noise to clean labels


class Preset(NamedTuple):
    """Points a side of each map."""

    points: int


PRESETS = {"quick": Preset(41), "full": Preset(161)}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Lead of each scheme's kappa over the others, and points gained over the initial model."""
    signal = np.linspace(*SHARE, preset.points)
    rho = np.geomspace(*SEPARATION, preset.points)
    panels = []
    for done, classes in enumerate(CLASSES, 1):
        p = (1 - signal) * (1 - 1 / classes)
        problem = ClassProblem(
            round(ALPHA * NOISE_DIMENSIONS), NOISE_DIMENSIONS + classes - 1, p[None, :],
            np.sqrt(rho)[:, None], classes=classes,
        )  # fmt: skip
        found = [predict(problem, parse_scheme(name)) for name in NAMES]
        kappa = np.log(np.stack([each.kappa[..., 1] for each in found]))
        accuracy = np.stack([each.accuracy[..., 1] for each in found])
        lead = dict(zip(NAMES, np.round(leads(kappa), 7).tolist(), strict=True))
        points = np.round(100 * (accuracy.max(axis=0) - accuracy[0]), 4).tolist()
        panels.append({"classes": classes, "lead": lead, "points": points})
        step(done, len(CLASSES))
    sides: Any = {"signal": signal.tolist(), "rho": rho.tolist(), "alpha": ALPHA}
    return {**sides, "tie": TIE, "panels": panels}


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    return (
        "The scheme of largest predicted κ after one round for K balanced classes with simplex means and "
        f"uniform flips (R22, constant margin), at n/(d-K+1) = {data['alpha']:g}. Across: given labels from "
        "pure noise, where a label is right with probability 1/K, to clean, as 1 - pK/(K-1) with p the "
        "probability of a wrong label. Up: separation ρ = γ²/σ², γ the length of a mean. White: the best "
        f"two differ by less than {100 * data['tie']:g} % of κ. Thin lines: points of accuracy that the best "
        f"scheme adds to the initial model ({', '.join(map(str, GAINS))}). Nothing is simulated."
    )


def draw(data: dict[str, Any]) -> Any:
    """A map a number of classes."""
    figure, axes = new_figure(1, len(data["panels"]), 10.5, 3.5, sharey=True)
    for axis, panel in zip(axes, data["panels"], strict=True):
        grid = data["signal"], data["rho"]
        for name in NAMES:
            paint(axis, grid, panel["lead"][name], colour_of(name))
        lines = axis.contour(*grid, panel["points"], levels=GAINS, colors="black", linewidths=0.7)
        axis.clabel(lines, fontsize=7, fmt="+%g")
        plain_log_axis(axis.yaxis, [1, 3, 10, 30])
        axis.grid(False)
        axis.set_title(f"$K$ = {panel['classes']}")
        axis.set_xlabel("signal in the given labels,\n$1 - pK/(K-1)$")
    axes[0].set_ylabel(RHO)
    patches = [Patch(color=colour_of(n), alpha=0.75, label=n) for n in NAMES]
    patches[0].set_label("initial: do not retrain")
    patches.append(Patch(fc="white", ec="#999999", lw=0.5, label="equal"))
    figure.legend(handles=patches, loc="outside lower center", ncols=len(patches))
    return figure
