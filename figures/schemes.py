"""Which scheme to use where: the one of largest predicted kappa over noise and separation."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS, new_figure
from relabel_lab.sim import Problem
from relabel_lab.sim.schemes import parse_scheme
from relabel_lab.theory import predict

SUMMARY = "which scheme to use where: initial, full, consensus or cross-fitted (R5, R10)"

NAMES = ("initial", "full", "consensus", "crossfit:5")
PAINT = (*(COLOURS[name] for name in NAMES[:3]), COLOURS["dice"])
ALPHAS = (0.3, 3.0, 30.0)
NOISE_DIMENSIONS = 10**8  # the limit depends on n/(d-1) alone
SEPARATION = (0.1, 10.0)


class Preset(NamedTuple):
    """Points a side of each map."""

    points: int


PRESETS = {"quick": Preset(81), "full": Preset(321)}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """The number of the best scheme at every (rho, p); nothing is simulated."""
    p = np.linspace(0.005, 0.495, preset.points)
    rho = np.geomspace(*SEPARATION, preset.points)
    best = []
    for done, alpha in enumerate(ALPHAS, 1):
        n = round(alpha * NOISE_DIMENSIONS)
        problem = Problem(n, NOISE_DIMENSIONS + 1, p[None, :], np.sqrt(rho)[:, None])
        kappa = np.stack([predict(problem, parse_scheme(name)).kappa[..., 1] for name in NAMES])
        best.append(np.argmax(kappa, axis=0).tolist())
        step(done, len(ALPHAS))
    return {"p": p.tolist(), "rho": rho.tolist(), "alpha": list(ALPHAS), "best": best}


def draw(data: dict[str, Any]) -> Any:
    """One map an aspect ratio."""
    figure, axes = new_figure(1, len(ALPHAS), 9.0, 3.6, sharey=True)
    for axis, alpha, best in zip(axes, data["alpha"], data["best"], strict=True):
        axis.pcolormesh(
            data["p"], data["rho"], np.asarray(best), cmap=ListedColormap(PAINT), vmin=-0.5,
            vmax=len(NAMES) - 0.5, alpha=0.75, linewidth=0, rasterized=True,
        )  # fmt: skip
        axis.set_yscale("log")
        axis.grid(False)
        axis.set_xlabel("flip probability $p$")
        axis.set_title(f"$n/(d-1)$ = {alpha:g}")
    axes[0].set_ylabel(r"separation $\gamma^2/\sigma^2$")
    patches = [Patch(color=c, alpha=0.75, label=n) for n, c in zip(NAMES, PAINT, strict=True)]
    figure.legend(handles=patches, loc="outside lower center", ncols=len(NAMES))
    return figure
