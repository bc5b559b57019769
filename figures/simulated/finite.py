"""How likely one round improves at finite n: the law R25 under shares of simulated seeds."""

from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib import colormaps

from relabel_lab.figures.asked import Asked
from relabel_lab.figures.boundaries import limit_separation
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import label_ends, plain_log_axis
from relabel_lab.sim import Problem, dice, improved
from relabel_lab.sim.schemes import Consensus, Full
from relabel_lab.theory.finite import p_improves

SUMMARY = "probability that one round improves, against n, near the boundary (R25)"

SCHEMES = (Full(), Consensus())
P = 0.3
DEFAULTS = Asked(alpha=(1.0,))
OFFSETS = (0.8, 0.9, 1.0, 1.1, 1.25)  # separations as shares of the critical one
LOW, HIGH = 30, 30_000


class Preset(NamedTuple):
    """Points a curve, simulated points a curve, largest simulated n, seeds a point."""

    points: int
    simulated: int
    most: int
    seeds: int


PRESETS = {"quick": Preset(11, 3, 1000, 512), "full": Preset(41, 5, 10_000, 8192)}


def compute(preset: Preset, step: Step, asked: Asked = DEFAULTS) -> dict[str, Any]:
    """P(improves) over n at separations about each scheme's critical one, and shares of seeds."""
    sizes = np.unique(np.round(np.geomspace(LOW, HIGH, preset.points)).astype(int)).tolist()
    drawn = np.round(np.geomspace(100, preset.most, preset.simulated)).astype(int).tolist()
    (alpha,) = asked.alpha or ()
    panels = []
    for number, scheme in enumerate(SCHEMES):
        critical = float(limit_separation(alpha, P, scheme))
        curves = []
        for place, offset in enumerate(OFFSETS):
            rho = offset * critical
            chances = [p_improves(_problem(n, rho, alpha), scheme, rough=True).value for n in sizes]
            shares = [_share(_problem(n, rho, alpha), scheme, preset.seeds, place) for n in drawn]
            curves.append({"rho": rho, "offset": offset, "chance": chances, "share": shares})
            step(number * len(OFFSETS) + place + 1, len(SCHEMES) * len(OFFSETS))
        panels.append({"scheme": scheme.name, "critical": critical, "curves": curves})
    shared = {"p": P, "alpha": alpha, "seeds": preset.seeds, "engine": "dice"}
    return {**shared, "n": sizes, "drawn": drawn, "panels": panels}


def _problem(n: int, rho: float, alpha: float) -> Problem:
    return Problem(n=n, d=round(n / alpha) + 1, p=P, gamma=rho**0.5)


def _share(problem: Problem, scheme: Any, seeds: int, place: int) -> float:
    key = jax.random.fold_in(jax.random.key(14), place)
    kappa = np.asarray(dice.run(problem, scheme, key=key, seeds=seeds).kappa)
    return float(np.mean(improved(kappa)[:, 1]))


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    told = ", ".join(f"{panel['critical']:.3f} ({panel['scheme']})" for panel in data["panels"])
    return (
        "Probability that one round of retraining improves on the initial model against n at "
        f"n/(d-1) = {data['alpha']:g}, p = {data['p']:g}, constant margin, at separations that are the "
        f"given multiples of the critical one of the proportional limit: ρ = {told}. Lines: R25, to "
        f"about 0.003. Markers: shares of {data['seeds']} seeds of the exact law, with 95 % intervals. "
        "In the limit the probability is 0 below the critical separation and 1 above it; the fluctuations "
        "shrink as n grows, and at the critical separation itself the probability need not be 1/2."
    )


def draw(data: dict[str, Any]) -> Any:
    """A panel a scheme, a line a separation."""
    figure, axes = new_figure(1, 2, 8.0, 3.7, sharey=True)
    colours = colormaps["cividis"](np.linspace(0.0, 0.85, len(OFFSETS)))
    for axis, panel in zip(axes, data["panels"], strict=True):
        ends: dict[str, Any] = {}
        for curve, colour in zip(panel["curves"], colours, strict=True):
            axis.plot(data["n"], curve["chance"], color=colour)
            _draw_shares(axis, data, curve, colour)
            ends[f"{curve['offset']:g}"] = (curve["chance"][-1], colour)
        plain_log_axis(axis.xaxis, [30, 100, 300, 1000, 3000, 10_000])
        axis.set_ylim(-0.02, 1.02)
        axis.set_xlabel("number of samples $n$")
        axis.set_xlim(0.9 * data["n"][0], 1.1 * data["n"][-1])
        label_ends(axis, ends)
        axis.set_title(f"{panel['scheme']}: $\\rho$ as multiple of {panel['critical']:.2f}")
    axes[0].set_ylabel("probability that one round improves")
    return figure


def _draw_shares(axis: Any, data: dict[str, Any], curve: dict[str, Any], colour: Any) -> None:
    share = np.asarray(curve["share"])
    error = 1.96 * np.sqrt(np.maximum(share * (1 - share), 1 / data["seeds"]) / data["seeds"])
    axis.errorbar(
        data["drawn"], share, error, fmt="o", color=colour, markersize=4, capsize=2, linewidth=1,
        markerfacecolor="white",
    )  # fmt: skip
