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


class Preset(NamedTuple):
    """Points a side of each map."""

    points: int


PRESETS = {"quick": Preset(121), "full": Preset(321)}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Logarithm of each scheme's kappa over the best of the others, at every (rho, p)."""
    p = np.linspace(0.002, 0.498, preset.points)
    rho = np.geomspace(*SEPARATION, preset.points)
    lead = []
    for done, alpha in enumerate(ALPHAS, 1):
        n = round(alpha * NOISE_DIMENSIONS)
        problem = Problem(n, NOISE_DIMENSIONS + 1, p[None, :], np.sqrt(rho)[:, None])
        kappa = np.stack([predict(problem, parse_scheme(name)).kappa[..., 1] for name in NAMES])
        lead.append(dict(zip(NAMES, np.round(leads(np.log(kappa)), 5).tolist(), strict=True)))
        step(done, len(ALPHAS))
    return {"p": p.tolist(), "rho": rho.tolist(), "alpha": list(ALPHAS), "lead": lead}


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
        "cross-fitted over 5 folds. Near a boundary the two neighbours are equally good. "
        "Nothing is simulated."
    )


def draw(data: dict[str, Any]) -> Any:
    """One map an aspect ratio; boundaries are where two schemes tie."""
    figure, axes = new_figure(1, len(data["alpha"]), 9.0, 3.6, sharey=True)
    for axis, alpha, lead in zip(axes, data["alpha"], data["lead"], strict=True):
        for name in NAMES:
            paint(axis, (data["p"], data["rho"]), lead[name], colour_of(name))
        plain_log_axis(axis.yaxis, [0.1, 0.3, 1, 3, 10])
        axis.grid(False)
        axis.set_xlabel(P)
        axis.set_title(f"$n/(d-1)$ = {alpha:g}")
    axes[0].set_ylabel(RHO)
    patches = [Patch(color=colour_of(n), alpha=0.75, label=n) for n in NAMES]
    figure.legend(handles=patches, loc="outside lower center", ncols=len(NAMES))
    return figure


def paint(axis: Any, grid: tuple[Any, Any], lead: Any, colour: str) -> None:
    """Where ``lead`` [y, x] is positive."""
    values = np.asarray(lead)
    if (values > 0).any():
        axis.contourf(*grid, values, levels=[0.0, np.inf], colors=[colour], alpha=0.75)
