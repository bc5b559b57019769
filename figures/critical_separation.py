"""The separation above which retraining helps as the labels become pure noise (R7)."""

from typing import Any, NamedTuple

import numpy as np

from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS, new_figure, plain_log_axis
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


def draw(data: dict[str, Any]) -> Any:
    """Two lines, the regions between them, and their limits."""
    figure, axis = new_figure(1, 1, 5.6, 3.8)
    alpha, full, consensus = data["alpha"], data["full"], data["consensus"]
    for name in ("full", "consensus"):
        axis.plot(alpha, data[name], color=COLOURS[name], label=f"{name} helps above")
    axis.fill_between(alpha, consensus, full, color=COLOURS["consensus"], alpha=0.12, linewidth=0)
    for limit in (1.0, 1.5, 2.0):
        axis.axhline(limit, color="#999999", linewidth=0.8, linestyle=":", zorder=0)
    axis.text(20, 1.6, "both help", ha="center")
    axis.text(0.012, 1.72, "only consensus helps", ha="center")
    axis.text(0.05, 1.12, "neither helps", ha="center")
    plain_log_axis(axis.xaxis, [0.001, 0.01, 0.1, 1, 10, 100, 1000])
    axis.set_xlim(alpha[0], alpha[-1])
    axis.set_ylim(0.9, 2.1)
    axis.set_xlabel(r"samples per noise dimension, $n/(d-1)$")
    axis.set_ylabel(r"separation $\gamma^2/\sigma^2$")
    axis.set_title(r"Labels of maximal noise, $p \to 1/2$ (R7)")
    axis.legend(loc="upper right")
    return figure
