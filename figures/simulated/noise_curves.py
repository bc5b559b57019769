"""Accuracy against the flip probability for every scheme: prediction and simulation."""

from typing import Any, NamedTuple

import jax
import numpy as np

from relabel_lab.figures import curves
from relabel_lab.figures.asked import Asked
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import P
from relabel_lab.sim import Problem

SUMMARY = "accuracy against the flip probability p after one round of every scheme"
DEFAULTS = Asked(alpha=(2.0,), margin="constant", schemes=curves.EVERY)

RANGE = (0.0, 0.48)


class Preset(NamedTuple):
    """How much is simulated: features, points, seeds of each; points of lines."""

    d: int
    points: int
    seeds: int
    fine: int


PRESETS = {"quick": Preset(501, 7, 64, 33), "full": Preset(4001, 13, 200, 121)}


def compute(preset: Preset, step: Step, asked: Asked = DEFAULTS) -> dict[str, Any]:
    """Curves and simulated points, one panel a separation."""
    (alpha,), names = asked.alpha or (), list(asked.schemes or ())
    n = max(2, round(alpha * (preset.d - 1)))
    p, fine = (np.linspace(*RANGE, count) for count in (preset.points, preset.fine))
    total = len(curves.SEPARATIONS) * len(p)
    panels = []
    for number, rho in enumerate(curves.SEPARATIONS):
        points = []
        for place, each in enumerate(p.tolist(), number * len(p)):
            key = jax.random.fold_in(jax.random.key(16), place)
            problem = Problem(n, preset.d, each, rho**0.5, margin=asked.margin)
            points.append(curves.simulated(problem, names, key, preset.seeds))
            step(place + 1, total)
        grid = Problem(n, preset.d, fine, rho**0.5, margin=asked.margin)
        lines = {name: curves.predicted(grid, name) for name in names}
        panels.append({"rho": rho, "predicted": lines, "simulated": curves.columns(points)})
    told = {"n": n, "d": preset.d, "seeds": preset.seeds, "seed": 16, "engine": "dice"}
    return {**told, "p": p.tolist(), "p_fine": fine.tolist(), "panels": panels}


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    rho, asked = " and ".join(f"{panel['rho']:g}" for panel in data["panels"]), data["asked"]
    return (
        "Accuracy after one round of each scheme, and of the initial model, against the flip probability p, "
        f"at separations ρ = {rho}, n/(d-1) = {asked['alpha'][0]:g}, margin {asked['margin']}. Lines: "
        f"proportional limit (R5, R9 to R12). Markers: means of {data['seeds']} seeds of the exact law at "
        f"n = {data['n']:,}, d = {data['d']:,} (key {data['seed']}) with 95 % intervals, mostly smaller than the "
        f"markers.{curves.remarks(asked)}"
    )


def draw(data: dict[str, Any]) -> Any:
    """A panel a separation."""
    return curves.draw_panels(
        data, data["p_fine"], data["p"], P, lambda axis: axis.set_xlim(-0.01, 0.5)
    )
