"""The separation above which retraining helps as the labels become pure noise (R7)."""

from typing import Any, NamedTuple

import numpy as np

from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import ALPHA, COLOURS, RHO, plain_log_axis
from relabel_lab.sim.schemes import Consensus, Full
from relabel_lab.theory import critical_separation

SUMMARY = "critical separations against n/d as p tends to 1/2, full and consensus (R7)"


class Preset(NamedTuple):
    """Range of n/(d-1) and the number of points."""

    low: float
    high: float
    points: int


PRESETS = {"quick": Preset(1e-3, 1e3, 241), "full": Preset(1e-3, 1e3, 1201)}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Both curves; nothing is simulated."""
    alpha = np.geomspace(preset.low, preset.high, preset.points)
    curves = {s.name: critical_separation(alpha, s).tolist() for s in (Full(), Consensus())}
    step(1, 1)
    return {"alpha": alpha.tolist(), **curves}


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    return (
        "Separations ρ = γ²/σ² above which one round of full or of consensus retraining helps as the "
        "given labels become pure noise, p → 1/2, against n/(d-1) (R7; constant margin; for a random "
        "margin read ρ E m² for ρ). They fall from 2 and 3/2, dotted on the left, to 1. "
        "Nothing is simulated."
    )


def draw(data: dict[str, Any]) -> Any:
    """Two lines, the regions between them, and their limits."""
    figure, axis = new_figure(1, 1, 5.8, 3.8)
    alpha, full, consensus = (data[name] for name in ("alpha", "full", "consensus"))
    for name in ("full", "consensus"):
        axis.plot(alpha, data[name], color=COLOURS[name], linewidth=2)
    axis.fill_between(alpha, consensus, full, color=COLOURS["consensus"], alpha=0.12, linewidth=0)
    plain_log_axis(axis.xaxis, [0.001, 0.01, 0.1, 1, 10, 100, 1000])
    for limit, words in ((1.0, "1: both, $n \\gg d$"), (1.5, "3/2: consensus, $n \\ll d$"),
                         (2.0, "2: full, $n \\ll d$")):  # fmt: skip
        axis.axhline(limit, color="#777777", linewidth=0.8, linestyle=":", zorder=0)
        side: Any = {"va": "bottom"} if limit > 1 else {"va": "top"}
        axis.annotate(words, (alpha[-1], limit), (-2, 3 if limit > 1 else -3), ha="right",
                      textcoords="offset points", color="#555555", fontsize=8, **side)  # fmt: skip
    for name, place, side in (("full", 0.6, "left"), ("consensus", 0.8, "right")):
        height = np.interp(np.log(place), np.log(alpha), data[name])
        axis.annotate(f"{name}", (place, height), (4 if side == "left" else -8, 4 if side == "left" else -10),
                      textcoords="offset points", ha=side, color=COLOURS[name], weight="bold")  # fmt: skip
    axis.text(20, 1.72, "both help", ha="center")
    axis.text(0.012, 1.68, "only consensus helps", ha="center")
    axis.text(0.02, 1.12, "neither helps", ha="center")
    axis.set_xlim(alpha[0], alpha[-1])
    axis.set_ylim(0.9, 2.1)
    axis.set_xlabel(ALPHA)
    axis.set_ylabel(RHO)
    return figure
