"""Beyond the paper's upper limit on n: how much one round multiplies kappa (R5, R16)."""

from typing import Any, NamedTuple

import numpy as np

from relabel_lab.figures.asked import Asked
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import colour_of, plain_log_axis
from relabel_lab.sim import Problem, parse_scheme
from relabel_lab.theory import predict

SUMMARY = "gain of one round below, within and beyond the paper's window of n (R16)"

NAMES = ("full", "consensus")
D, P = 1001, 0.45
SEPARATIONS = (1.5, 4.0)
DEFAULTS = Asked(margin="constant", schemes=NAMES)
CONSTANTS = (0.1, 1.0, 10.0)  # unknown: a family
LARGEST = 10**11


class Preset(NamedTuple):
    """Points a curve."""

    points: int


PRESETS = {"quick": Preset(81), "full": Preset(401)}


def compute(preset: Preset, step: Step, asked: Asked = DEFAULTS) -> dict[str, Any]:
    """kappa_1/kappa_0 over n; nothing is simulated."""
    n = np.round(np.geomspace(10, LARGEST, preset.points)).astype(int)
    panels = []
    for done, rho in enumerate(SEPARATIONS, 1):
        ratio = {}
        for name in asked.schemes or ():
            problem = Problem(n, D, P, rho**0.5, margin=asked.margin)
            kappa = predict(problem, parse_scheme(name)).kappa
            ratio[name] = (kappa[:, 1] / kappa[:, 0]).tolist()
        x = D / (rho * (1 - 2 * P)) ** 2
        lower = [c * x * np.log(x) for c in CONSTANTS]
        upper = [c * x * D for c in CONSTANTS]
        panels.append({"rho": rho, "ratio": ratio, "lower": lower, "upper": upper})
        step(done, len(SEPARATIONS))
    return {"d": D, "p": P, "n": n.tolist(), "constants": CONSTANTS, "panels": panels}


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    constants = ", ".join(f"{c:g}" for c in data["constants"])
    return (
        f"κ after one round over κ before against n, at d = {data['d']:,}, p = {data['p']:g}, margin {data['asked']['margin']}, "
        "in the proportional limit (R5); above 1 retraining helps. Shaded: the window of Remark 4.10 as "
        "publicly summarised, from C x log x to C x d with x = d/(ρ²(1-2p)²), darker where more of the "
        f"constants C = {constants} put n inside; C is unknown. Retraining goes on helping beyond the upper "
        f"end, and κ is multiplied by up to 1/(1-2p) = {1 / (1 - 2 * data['p']):.0f} as n grows: the upper end "
        "is not necessary (R16). Nothing is simulated."
    )


def draw(data: dict[str, Any]) -> Any:
    """A panel a separation."""
    figure, axes = new_figure(1, len(data["panels"]), 8.4, 3.6, sharey=True)
    for axis, panel in zip(axes, data["panels"], strict=True):
        for low, high in zip(panel["lower"], panel["upper"], strict=True):
            axis.axvspan(low, high, color="#999999", alpha=0.18, linewidth=0)
        for name, ratio in panel["ratio"].items():
            axis.plot(data["n"], ratio, color=colour_of(name), label=name)
        axis.axhline(1, color="black", linewidth=0.8, linestyle=":")
        axis.set_xscale("log")
        plain_log_axis(axis.yaxis, [0.7, 1, 2, 3, 5, 10])
        axis.set_xlim(data["n"][0], data["n"][-1])
        axis.set_xlabel("number of samples $n$")
        axis.set_title(f"$\\rho$ = {panel['rho']:g}")
    axes[0].set_ylabel(r"$\kappa_1/\kappa_0$")
    axes[0].legend(loc="upper left")
    return figure
