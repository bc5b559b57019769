"""Which scheme to use where: the one of largest predicted kappa over noise and separation."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.patches import Patch

from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import RHO, P, colour_of, new_figure, plain_log_axis
from relabel_lab.sim import Problem
from relabel_lab.sim.schemes import parse_scheme
from relabel_lab.theory import predict

SUMMARY = "which scheme to use where: initial, full, consensus or cross-fitted (R5, R10)"

NAMES = ("initial", "full", "consensus", "crossfit:5")
ALPHAS = (0.3, 3.0, 30.0)
NOISE_DIMENSIONS = 10**8  # the limit depends on n/(d-1) alone
SEPARATION = (0.1, 10.0)
TIE = 1e-4  # relative difference of kappa below which two schemes are equally good
GAINS = (1, 5, 10, 20)  # points of accuracy


class Preset(NamedTuple):
    """Points a side of each map."""

    points: int


PRESETS = {"quick": Preset(121), "full": Preset(321)}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Logarithm of each scheme's kappa over the best of the others, at every (rho, p)."""
    p = np.linspace(0.002, 0.498, preset.points)
    rho = np.geomspace(*SEPARATION, preset.points)
    lead, points = [], []
    for done, alpha in enumerate(ALPHAS, 1):
        n = round(alpha * NOISE_DIMENSIONS)
        problem = Problem(n, NOISE_DIMENSIONS + 1, p[None, :], np.sqrt(rho)[:, None])
        found = [predict(problem, parse_scheme(name)) for name in NAMES]
        kappa = np.stack([each.kappa[..., 1] for each in found])
        lead.append(dict(zip(NAMES, np.round(leads(np.log(kappa)), 7).tolist(), strict=True)))
        accuracy = np.stack([each.accuracy[..., 1] for each in found])
        points.append(np.round(100 * (accuracy.max(axis=0) - accuracy[0]), 4).tolist())
        step(done, len(ALPHAS))
    sides: Any = {"p": p.tolist(), "rho": rho.tolist(), "alpha": list(ALPHAS)}
    return {**sides, "tie": TIE, "lead": lead, "points": points}


def leads(values: np.ndarray) -> np.ndarray:
    """Each of ``values`` [S, ...] less the largest of the others: > 0 where it is the best."""
    others = [np.delete(values, i, axis=0).max(axis=0) for i in range(len(values))]
    return values - np.stack(others)


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    alphas = ", ".join(f"{alpha:g}" for alpha in data["alpha"])
    return (
        "The scheme of largest predicted κ after one round in the plane of flip probability p and "
        f"separation ρ, at n/(d-1) = {alphas} (constant margin, proportional limit, R5 and R10): keep "
        "the initial model, retrain on all predicted labels (full), on the consensus set, or "
        "cross-fitted over 5 folds. White: the best two differ by less than "
        f"{100 * data['tie']:g} % of κ; predicted labels are then nearly all right. Thin lines: points of "
        f"accuracy that the best scheme adds to the initial model ({', '.join(map(str, GAINS))}). "
        "Nothing is simulated."
    )


def draw(data: dict[str, Any]) -> Any:
    """One map an aspect ratio; boundaries are where two schemes tie."""
    figure, axes = new_figure(1, len(data["alpha"]), 9.0, 3.6, sharey=True)
    rows = zip(axes, data["alpha"], data["lead"], data["points"], strict=True)
    for axis, alpha, lead, points in rows:
        for name in NAMES:
            paint(axis, (data["p"], data["rho"]), lead[name], colour_of(name))
        lines = axis.contour(
            data["p"], data["rho"], points, levels=GAINS, colors="black", linewidths=0.7
        )
        axis.clabel(lines, fontsize=7, fmt="+%g")
        plain_log_axis(axis.yaxis, [0.1, 0.3, 1, 3, 10])
        axis.grid(False)
        axis.set_xlabel(P)
        axis.set_title(f"$n/(d-1)$ = {alpha:g}")
    axes[0].set_ylabel(RHO)
    patches = [Patch(color=colour_of(n), alpha=0.75, label=n) for n in NAMES]
    patches[0].set_label("initial: do not retrain")
    patches.append(Patch(fc="white", ec="#999999", lw=0.5, label="equal"))
    figure.legend(handles=patches, loc="outside lower center", ncols=len(patches))
    return figure


def paint(axis: Any, grid: tuple[Any, Any], lead: Any, colour: str) -> None:
    """Where ``lead`` [y, x] is no tie."""
    values = np.asarray(lead)
    if (values > TIE).any():
        axis.contourf(*grid, values, levels=[TIE, np.inf], colors=[colour], alpha=0.75)
