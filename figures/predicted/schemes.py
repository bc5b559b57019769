"""Which scheme to use where: the one of largest predicted kappa over noise and separation."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.patches import Patch

from relabel_lab.figures.asked import Asked
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import RHO, P, colour_of, plain_log_axis
from relabel_lab.sim import Problem
from relabel_lab.sim.schemes import parse_scheme
from relabel_lab.theory import predict

SUMMARY = "which scheme to use where: initial, full, consensus or cross-fitted (R5, R10)"

NAMES = ("initial", "full", "consensus", "crossfit:5")
DEFAULTS = Asked(alpha=(0.3, 3.0, 30.0), margin="constant", schemes=NAMES)
NOISE_DIMENSIONS = 10**8  # the limit depends on n/(d-1) alone
SEPARATION = (0.1, 10.0)
TIE = 1e-4  # relative difference of kappa below which two schemes are equally good
GAINS = (1, 5, 10, 20)  # points of accuracy


class Preset(NamedTuple):
    """Points a side of each map."""

    points: int


PRESETS = {"quick": Preset(101), "full": Preset(241)}


def compute(preset: Preset, step: Step, asked: Asked = DEFAULTS) -> dict[str, Any]:
    """Logarithm of each scheme's kappa over the best of the others, at every (rho, p)."""
    p = np.linspace(0.002, 0.498, preset.points)
    rho = np.geomspace(*SEPARATION, preset.points)
    lead, points = [], []
    alphas, names = asked.alpha or (), asked.schemes or ()
    for done, alpha in enumerate(alphas, 1):
        n = round(alpha * NOISE_DIMENSIONS)
        d, gamma = NOISE_DIMENSIONS + 1, np.sqrt(rho)[:, None]
        problem = Problem(n, d, p[None, :], gamma, margin=asked.margin)
        found = [predict(problem, parse_scheme(name)) for name in names]
        kappa = np.stack([each.kappa[..., 1] for each in found])
        lead.append(dict(zip(names, np.round(leads(np.log(kappa)), 7).tolist(), strict=True)))
        accuracy = np.stack([each.accuracy[..., 1] for each in found])
        points.append(
            np.round(100 * (accuracy.max(axis=0) - found[0].accuracy[..., 0]), 4).tolist()
        )
        step(done, len(alphas))
    sides: Any = {"p": p.tolist(), "rho": rho.tolist()}
    return {**sides, "tie": TIE, "lead": lead, "points": points}


def leads(values: np.ndarray) -> np.ndarray:
    """Each of ``values`` [S, ...] less the largest of the others: > 0 where it is the best."""
    others = [np.delete(values, i, axis=0).max(axis=0) for i in range(len(values))]
    return values - np.stack(others)


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    asked = data["asked"]
    alphas = ", ".join(f"{alpha:g}" for alpha in asked["alpha"])
    words = {"initial": "keep the initial model", "full": "retrain on all predicted labels",
             "consensus": "on the consensus set", "crossfit:5": "cross-fitted over 5 folds"}  # fmt: skip
    told = ", ".join(
        f"{name} ({words[name]})" if name in words else name for name in asked["schemes"]
    )
    return (
        "The scheme of largest predicted κ after one round in the plane of flip probability p and "
        f"separation ρ, at n/(d-1) = {alphas} (margin {asked['margin']}, proportional limit, R5 and R10), of {told}. White: the best two differ by less than "
        f"{100 * data['tie']:g} % of κ; predicted labels are then nearly all right. Thin lines: points of "
        f"accuracy that the best scheme adds to the initial model ({', '.join(map(str, GAINS))}). "
        "Nothing is simulated."
    )


def draw(data: dict[str, Any]) -> Any:
    """One map an aspect ratio; boundaries are where two schemes tie."""
    names, alphas = data["asked"]["schemes"], data["asked"]["alpha"]
    figure, axes = new_figure(1, len(alphas), 9.0, 3.6, sharey=True, squeeze=False)
    axes = axes[0]
    rows = zip(axes, alphas, data["lead"], data["points"], strict=True)
    for axis, alpha, lead, points in rows:
        for name in names:
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
    patches = [Patch(color=colour_of(n), alpha=0.75, label=words_of(n)) for n in names]
    patches.append(Patch(fc="white", ec="#999999", lw=0.5, label="equal"))
    figure.legend(handles=patches, loc="outside lower center", ncols=len(patches))
    return figure


def words_of(name: str) -> str:
    """A scheme in the legend."""
    return "initial: do not retrain" if name == "initial" else name


def paint(axis: Any, grid: tuple[Any, Any], lead: Any, colour: str) -> None:
    """Where ``lead`` [y, x] is no tie."""
    values = np.asarray(lead)
    if (values > TIE).any():
        axis.contourf(*grid, values, levels=[TIE, np.inf], colors=[colour], alpha=0.75)
