"""How tight the guarantee R15 is: certified, simulated and limiting growth of kappa against n."""

from fractions import Fraction
from typing import Any, NamedTuple

import jax
import numpy as np

from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS, plain_log_axis
from relabel_lab.proofs_check import certified
from relabel_lab.sim import Problem, dice
from relabel_lab.sim.schemes import Full
from relabel_lab.theory import predict

SUMMARY = "certified growth of kappa in one round against simulated and limiting growth (R15)"

CASES = ((2.0, 3.0), (10.0, 2.0))  # n/r, rho
P = 0.3
LOW, HIGH = 300, 10**8


class Preset(NamedTuple):
    """Points of the bound, the simulated n, seeds of each."""

    points: int
    drawn: tuple[int, ...]
    seeds: int


PRESETS = {
    "quick": Preset(9, (1000, 4000), 400),
    "full": Preset(41, (300, 1000, 10_000, 100_000), 2000),
}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Certified lower bound on kappa_1/kappa_0, its 5 % quantile over seeds, and its limit."""
    n = np.unique(np.round(np.geomspace(LOW, HIGH, preset.points)).astype(int)).tolist()
    panels = []
    for done, (alpha, rho) in enumerate(CASES):
        rate, separation = Fraction(P).limit_denominator(100), Fraction(rho).limit_denominator(100)
        bound = [certified(size, round(size / alpha), rate, separation) for size in n]
        limit = np.asarray(predict(_problem(10**8, alpha, rho), Full()).kappa)
        drawn = [_quantile(size, alpha, rho, preset.seeds) for size in preset.drawn]
        panels.append(
            {"alpha": alpha, "rho": rho, "bound": bound, "drawn": drawn,
             "limit": float(limit[1] / limit[0])}
        )  # fmt: skip
        step(done + 1, len(CASES))
    return {"p": P, "n": n, "drawn": preset.drawn, "seeds": preset.seeds, "panels": panels}


def _problem(n: int, alpha: float, rho: float) -> Problem:
    return Problem(n=n, d=round(n / alpha) + 1, p=P, gamma=rho**0.5)


def _quantile(n: int, alpha: float, rho: float, seeds: int) -> float:
    key = jax.random.fold_in(jax.random.key(15), n)
    kappa = np.asarray(dice.run(_problem(n, alpha, rho), Full(), key=key, seeds=seeds).kappa)
    return float(np.quantile(kappa[:, 1] / kappa[:, 0], 0.05))


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    return (
        f"Growth κ₁/κ₀ of one round of full retraining at p = {data['p']:g}, constant margin, against n at the "
        "n/(d-1) and ρ above each panel. Solid: the lower bound that holds with probability 95 % by the "
        "guarantee R15; where it starts nothing is certified for fewer samples, and above 1 an improvement "
        f"is. Markers: what 95 % of {data['seeds']} seeds of the exact law exceed. Dashed: the proportional "
        "limit (R5). The distance between markers and line is the price of a proof."
    )


def draw(data: dict[str, Any]) -> Any:
    """A panel a problem."""
    figure, axes = new_figure(1, len(data["panels"]), 8.0, 3.5, sharey=True)
    for axis, panel in zip(axes, data["panels"], strict=True):
        colour: Any = {"color": COLOURS["full"]}
        axis.plot(data["n"], np.array(panel["bound"], float), label="certified (R15)", **colour)
        axis.plot(
            data["drawn"], panel["drawn"], "o", mfc="white", label="5 % quantile of seeds", **colour
        )
        axis.axhline(panel["limit"], linestyle="--", label="limit (R5)", **colour)
        axis.axhline(1, color="black", linewidth=0.8, linestyle=":")
        axis.set_xscale("log")
        plain_log_axis(axis.yaxis, [0.3, 0.5, 1, 2, 3])
        axis.set_xlim(LOW / 1.3, HIGH)
        axis.set_xlabel("number of samples $n$")
        axis.set_title(f"$n/(d-1)$ = {panel['alpha']:g}, $\\rho$ = {panel['rho']:g}")
    axes[0].set_ylabel(r"$\kappa_1/\kappa_0$")
    axes[1].legend(loc="lower right")
    return figure
