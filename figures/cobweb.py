"""State evolution of Bayes-optimal retraining as a cobweb (R12)."""

from typing import Any, NamedTuple

import numpy as np

from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS, new_figure
from relabel_lab.theory.limit import Mixture, evolution, fixed_points, step

SUMMARY = "cobweb of the state evolution at gamma = 1.5, p = 0.3, n/d = 2, class share 0.3 (R12)"

MIXTURE = Mixture(gamma=1.5, p=0.3, alpha=2.0, prior=0.3)
STARTS = (0.2, 1.0)


class Preset(NamedTuple):
    """Points on the curve and rounds of each path."""

    points: int
    rounds: int


PRESETS = {"quick": Preset(201, 8), "full": Preset(1001, 20)}


def compute(preset: Preset, done: Step) -> dict[str, Any]:
    """The map, both paths and the fixed points; nothing is simulated."""
    q = np.linspace(0, 1, preset.points)
    paths = [evolution(MIXTURE, preset.rounds, start).tolist() for start in STARTS]
    points = [[point.q, point.slope] for point in fixed_points(MIXTURE)]
    done(1, 1)
    return {"q": q.tolist(), "map": step(q, MIXTURE).tolist(), "paths": paths, "fixed": points}


def draw(data: dict[str, Any]) -> Any:
    """The map, the diagonal and the two staircases."""
    figure, axis = new_figure(1, 1, 4.4, 4.2)
    axis.plot([0, 1], [0, 1], color="#999999", linewidth=0.8)
    axis.plot(data["q"], data["map"], color=COLOURS["full"], label="one round")
    for path, name in zip(data["paths"], ("consensus", "dice"), strict=True):
        x = np.repeat(path, 2)
        axis.plot(x[:-1], np.append(0, x[2:]), color=COLOURS[name], linewidth=1.0,
                  label=f"from $q$ = {path[0]:g}")  # fmt: skip
    for place, slope in data["fixed"]:
        axis.plot(place, place, "o", color="black", fillstyle="full" if abs(slope) < 1 else "none")
    axis.set_xlabel(r"label quality $q_t = E f_t^2$")
    axis.set_ylabel(r"$q_{t+1}$")
    axis.set_xlim(0, 1)
    axis.set_ylim(0, 1)
    axis.set_title(r"$\gamma$ = 1.5, $p$ = 0.3, $n/d$ = 2, $\pi_+$ = 0.3 (R12)")
    axis.legend(loc="lower right")
    return figure
