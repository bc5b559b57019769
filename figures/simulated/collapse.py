"""Sample complexity: accuracies of many problems on one curve (R2, R5, R16)."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.lines import Line2D
from scipy.special import ndtr

from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import ACCURACY
from relabel_lab.sim import Problem, parse_scheme
from relabel_lab.theory import predict

SUMMARY = "accuracies collapse where n is counted in units of d/(rho (1 - 2p))^2 (R16)"

D = (101, 1001, 10_001)
P = (0.1, 0.3, 0.45)
SEPARATIONS = (1.5, 4.0)
UNITS = (0.05, 20.0)
MOST = 10**15


class Preset(NamedTuple):
    """Simulated points and seeds of each, points of a curve."""

    points: int
    seeds: int
    fine: int


PRESETS = {"quick": Preset(7, 400, 81), "full": Preset(13, 10_000, 401)}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Means of the initial model's accuracy by its exact law R2; full retraining in the limit."""
    coarse, fine = (np.geomspace(*UNITS, k) for k in (preset.points, preset.fine))
    rng = np.random.default_rng(7)
    initial = [
        {"d": d, "p": p, "rho": rho, "mean": _drawn(rng, d, p, rho, coarse, preset.seeds)}
        for d in D
        for p in P
        for rho in SEPARATIONS
    ]
    step(1, 2)
    full = []
    for p in P:
        for rho in SEPARATIONS:
            n = np.round(fine * 10**8 / (rho * (1 - 2 * p)) ** 2).astype(int)
            found = predict(Problem(n, 10**8 + 1, p, rho**0.5), parse_scheme("full"))
            full.append({"p": p, "rho": rho, "accuracy": found.accuracy[:, 1].tolist()})
    step(2, 2)
    told = {"seeds": preset.seeds, "seed": 7}
    return {
        **told,
        "units": coarse.tolist(),
        "fine": fine.tolist(),
        "initial": initial,
        "full": full,
    }


def _drawn(
    rng: np.random.Generator, d: int, p: float, rho: float, units: np.ndarray, seeds: int
) -> list[float]:
    """Mean accuracy at n = units d/(rho (1 - 2p))^2, at least 2: kappa = rho a/R (R2)."""
    means = []
    for unit in units.tolist():
        n = max(2, round(unit * (d - 1) / (rho * (1 - 2 * p)) ** 2))
        a = 1 - 2 * rng.binomial(n, p, seeds) / n
        size = np.sqrt(rng.chisquare(d - 1, seeds) / n)
        means.append(float(ndtr(rho * a / size).mean()))
    return means


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    return (
        "Accuracy against n in units of (d-1)/(ρ(1-2p))², constant margin. Left: the initial model; markers are "
        f"means of {data['seeds']} seeds of its exact law (R2, seed {data['seed']}; the standard errors are below "
        f"{50 / data['seeds'] ** 0.5:.1f} points) for every d = {', '.join(f'{d:,}' for d in D)}, p = "
        f"{', '.join(f'{p:g}' for p in P)} and ρ = {', '.join(f'{r:g}' for r in SEPARATIONS)}; the line is Φ of the "
        "root of the unit (R5). Hollow: the lower ρ. One curve serves them all, but for very small n, where a mean over seeds is no "
        "limit. Right: after one round of full retraining in the proportional limit (R5): the same unit no "
        "longer suffices, p and ρ matter of themselves. Thin grey: the initial model."
    )


def draw(data: dict[str, Any]) -> Any:
    """The initial model, and one round of full retraining."""
    figure, (left, right) = new_figure(1, 2, 8.4, 4.0, sharey=True)
    fine = np.array(data["fine"])
    colours = dict(zip(P, colormaps["cividis"]([0.0, 0.45, 0.85]), strict=True))
    markers, styles = (
        dict(zip(D, "osv", strict=True)),
        dict(zip(SEPARATIONS, ("-", "--"), strict=True)),
    )
    left.plot(fine, 100 * ndtr(np.sqrt(fine)), color="black", linewidth=1)
    for case in data["initial"]:
        filled = "white" if case["rho"] == SEPARATIONS[0] else None
        left.plot(data["units"], 100 * np.array(case["mean"]), markers[case["d"]], markersize=4,
                  color=colours[case["p"]], markerfacecolor=filled)  # fmt: skip
    right.plot(fine, 100 * ndtr(np.sqrt(fine)), color="#999999", linewidth=0.8)
    for curve in data["full"]:
        right.plot(fine, 100 * np.array(curve["accuracy"]), color=colours[curve["p"]],
                   linestyle=styles[curve["rho"]])  # fmt: skip
    for axis, title in ((left, "initial model"), (right, "one round of full retraining")):
        axis.set_xscale("log")
        axis.set_xlabel(r"$n\,\rho^2(1-2p)^2/(d-1)$")
        axis.set_title(title)
    left.set_ylabel(ACCURACY)
    grey: Any = {"color": "#555555"}
    left.legend(handles=[
        *(Line2D([], [], ls="", marker=markers[d], label=f"$d$ = {d:,}", **grey) for d in D),
        *(Line2D([], [], color=colours[p], lw=3, label=f"$p$ = {p:g}") for p in P),
    ], fontsize=8, loc="upper left")  # fmt: skip
    right.legend(handles=[
        Line2D([], [], ls=styles[r], label=f"$\\rho$ = {r:g}", **grey) for r in SEPARATIONS
    ], fontsize=8, loc="upper left")  # fmt: skip
    return figure
