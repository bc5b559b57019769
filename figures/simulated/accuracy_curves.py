"""Accuracy against n/d for every scheme: prediction (R5, R9-R12) and simulation."""

from typing import Any, NamedTuple

import jax
import numpy as np

from relabel_lab.figures import curves
from relabel_lab.figures.asked import Asked
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import ALPHA, plain_log_axis
from relabel_lab.sim import Problem

SUMMARY = "accuracy against n/d after one round of every scheme, predicted and simulated"
DEFAULTS = Asked(margin="constant", schemes=curves.EVERY)

P = 0.4


class Preset(NamedTuple):
    """How much is simulated: features, n/(d-1) from low to high, points, seeds; points of lines.

    ``alone``: whether also the schemes are that draw seeds of their own and compile for every n.
    """

    d: int
    low: float
    high: float
    points: int
    seeds: int
    fine: int
    alone: bool


PRESETS = {
    "quick": Preset(d=501, low=0.2, high=50.0, points=6, seeds=64, fine=41, alone=False),
    "full": Preset(d=4001, low=0.1, high=100.0, points=13, seeds=100, fine=121, alone=True),
}


def compute(preset: Preset, step: Step, asked: Asked = DEFAULTS) -> dict[str, Any]:
    """Curves and simulated points, one panel a separation rho = (gamma/sigma)^2."""
    names, sizes = list(asked.schemes or ()), _sizes(preset, preset.points)
    drawn = names if preset.alone else [name for name in names if curves.shares_seeds(name)]
    fine, total = _sizes(preset, preset.fine), len(curves.SEPARATIONS) * len(sizes)
    panels = []
    for number, rho in enumerate(curves.SEPARATIONS):
        points = []
        for place, n in enumerate(sizes, number * len(sizes)):
            key = jax.random.fold_in(jax.random.key(1), place)
            problem = _problem(preset, rho, int(n), asked)
            points.append(curves.simulated(problem, drawn, key, preset.seeds))
            step(place + 1, total)
        grid = _problem(preset, rho, fine, asked)
        lines = {name: curves.predicted(grid, name) for name in names}
        panels.append({"rho": rho, "predicted": lines, "simulated": curves.columns(points)})
    return {
        "p": P, "d": preset.d, "seeds": preset.seeds, "seed": 1, "engine": "dice",
        "alpha": (sizes / (preset.d - 1)).tolist(), "alpha_fine": (fine / (preset.d - 1)).tolist(),
        "panels": panels,
    }  # fmt: skip


def _sizes(preset: Preset, points: int) -> np.ndarray:
    aspect = np.geomspace(preset.low, preset.high, points)
    return np.unique(np.round(aspect * (preset.d - 1)).astype(int))


def _problem(preset: Preset, rho: float, n: Any, asked: Asked) -> Problem:
    return Problem(n=n, d=preset.d, p=P, gamma=rho**0.5, margin=asked.margin)


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    rho = " and ".join(f"{panel['rho']:g}" for panel in data["panels"])
    lines = [n for n in data["asked"]["schemes"] if n not in data["panels"][0]["simulated"]]
    alone = f" ({' and '.join(lines)}: lines alone)" if lines else ""
    return (
        "Accuracy after one round of each scheme, and of the initial model, against n/(d-1), at "
        f"separations ρ = {rho}, flip probability p = {data['p']:g}, margin {data['asked']['margin']}. "
        f"Lines: proportional limit (R5, R9 to R12). Markers: means of {data['seeds']} seeds of the exact law at "
        f"d = {data['d']:,} (key {data['seed']}) with 95 % intervals, mostly smaller than the "
        f"markers{alone}.{curves.remarks(data['asked'])}"
    )


def draw(data: dict[str, Any]) -> Any:
    """A panel a separation."""
    fine = data["alpha_fine"]

    def dress(axis: Any) -> None:
        plain_log_axis(axis.xaxis, [0.1, 0.3, 1, 3, 10, 30, 100])
        axis.set_xlim(0.85 * min(fine), 1.15 * max(fine))

    return curves.draw_panels(data, fine, data["alpha"], ALPHA, dress)
