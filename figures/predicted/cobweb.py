"""State evolution of Bayes-optimal retraining as a cobweb (R12)."""

from typing import Any, NamedTuple

import numpy as np

from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS
from relabel_lab.theory.limit import Mixture, evolution, fixed_points, step

SUMMARY = "cobweb of the state evolution at gamma = 1.5, p = 0.3, n/d = 2, class share 0.3 (R12)"

MIXTURE = Mixture(gamma=1.5, p=0.3, alpha=2.0, prior=0.3)
STARTS = (0.2, 1.0)
STAIRS = ((COLOURS["helps"], ""), (COLOURS["harms"], ", perfect labels"))


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


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    ends = ", ".join(
        f"{place:.3f} ({'' if abs(s) < 1 else 'un'}stable)" for place, s in data["fixed"]
    )
    return (
        "State evolution of Bayes-optimal retraining (R12): label quality q = E f² of the posterior "
        f"means after a round against before, at γ = {MIXTURE.gamma:g}, σ = 1, p = {MIXTURE.p:g}, "
        f"n/d = {MIXTURE.alpha:g} (the mixture has noise in all d dimensions), share of the positive "
        f"class {MIXTURE.prior:g}. Staircases: {len(data['paths'][0]) - 1} rounds from q = 0.2 and q = 1, "
        f"each begun at the ring on the diagonal. Fixed points: {ends}. Nothing is simulated."
    )


def draw(data: dict[str, Any]) -> Any:
    """The map, the diagonal and the two staircases."""
    figure, axis = new_figure(1, 1, 4.6, 4.4)
    axis.plot([0, 1], [0, 1], color="#777777", linewidth=0.9, linestyle=":")
    axis.text(0.1, 0.135, "$q_{t+1} = q_t$", color="#555555", rotation=45, ha="center", va="center")
    axis.plot(data["q"], data["map"], color="black", label="one round")
    for path, (colour, words) in zip(data["paths"], STAIRS, strict=True):
        x = np.repeat(path, 2)
        axis.plot(x[:-1], np.append(path[0], x[2:]), color=colour, linewidth=1.2,
                  label=f"from $q$ = {path[0]:g}{words}")  # fmt: skip
        axis.plot(path[0], path[0], "o", color=colour, markerfacecolor="white", zorder=3)
    for place, slope in data["fixed"]:
        axis.plot(place, place, "o", color="black", fillstyle="full" if abs(slope) < 1 else "none")
        axis.annotate(
            f"$q$ = {place:.3f}", (place, place), (9, -4), textcoords="offset points", va="top"
        )
    axis.set_xlabel(r"label quality before, $q_t = E f_t^2$")
    axis.set_ylabel(r"label quality after, $q_{t+1}$")
    axis.set_xlim(0, 1.03)
    axis.set_ylim(0, 1.03)
    axis.set_aspect("equal")
    axis.legend(loc="upper left", bbox_to_anchor=(0.0, 1.0))
    return figure
