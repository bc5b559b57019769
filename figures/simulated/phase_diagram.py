"""Where retraining helps in the plane of flip probability and separation, at three n/d."""

from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap

from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import RHO, P, new_figure
from relabel_lab.sim import Problem, dice, improved
from relabel_lab.sim.schemes import Consensus, Full, Initial
from relabel_lab.theory import predict

SUMMARY = "where full and consensus retraining help, in (p, rho), simulated under the boundary"

# Orange harms, purple helps; the darkest ends of the map are left out.
SHARE = ListedColormap(colormaps["PuOr"](np.linspace(0.12, 0.88, 101)))
SCHEMES = (Full(), Consensus())
P_RANGE = (0.02, 0.48)
RHO_RANGE = (0.25, 3.0)


class Preset(NamedTuple):
    """Cells a side, seeds a cell, sizes (n, r) a panel, resolution of the boundary."""

    side: int
    seeds: int
    sizes: tuple[tuple[int, int], ...]
    fine: int


PRESETS = {
    "quick": Preset(28, 32, ((1000, 2000), (2000, 1000), (4000, 400)), 120),
    "full": Preset(40, 400, ((10_000, 20_000), (20_000, 10_000), (40_000, 4000)), 300),
}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Share of seeds improved on a grid of cells, and log(kappa_1/kappa_0) on a finer one (R5)."""
    p, rho = _centres(P_RANGE, preset.side), _centres(RHO_RANGE, preset.side)
    total = len(preset.sizes) * len(p) * len(rho)
    panels = []
    for number, (n, r) in enumerate(preset.sizes):
        shares = np.empty((len(SCHEMES), len(rho), len(p)))
        for index in np.ndindex(len(rho), len(p)):
            cell = number * shares[0].size + index[0] * len(p) + index[1]
            problem = Problem(n=n, d=r + 1, p=p[index[1]], gamma=rho[index[0]] ** 0.5)
            shares[:, *index] = _improved(problem, preset.seeds, cell)
            step(cell + 1, total)
        named = {s.name: shares[i].tolist() for i, s in enumerate(SCHEMES)}
        panels.append({"n": n, "r": r, "improved": named, "predicted": _gain(preset, n, r)})
    return {
        "p": p.tolist(),
        "rho": rho.tolist(),
        "p_fine": np.linspace(*P_RANGE, preset.fine).tolist(),
        "rho_fine": np.linspace(*RHO_RANGE, preset.fine).tolist(),
        "seeds": preset.seeds,
        "engine": "dice",
        "panels": panels,
    }


def draw(data: dict[str, Any]) -> Any:
    """Cells coloured by the share improved; the line is where theory sees no change."""
    names = [scheme.name for scheme in SCHEMES]
    panels = data["panels"]
    shared = {"sharex": True, "sharey": True, "squeeze": False}
    figure, axes = new_figure(len(names), len(panels), 8.2, 5.2, **shared)
    for row, name in zip(axes, names, strict=True):
        for axis, panel in zip(row, panels, strict=True):
            image = _draw_panel(axis, data, panel, name)
        row[0].set_ylabel(f"{name} retraining\n{RHO}")
    for axis, panel in zip(axes[0], panels, strict=True):
        axis.set_title(rf"$n/(d-1)$ = {panel['n'] / panel['r']:g}, $n$ = {panel['n']:,}")
    for axis in axes[-1]:
        axis.set_xlabel(P)
    bar = figure.colorbar(image, ax=axes, shrink=0.8, ticks=[0, 0.25, 0.5, 0.75, 1])
    bar.set_label("share of seeds that improve")
    return figure


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    side = len(data["p"])
    return (
        "Where one round helps, in the plane of flip probability p and separation ρ (constant margin): "
        f"full above, consensus below. Cells ({side} × {side}): share of {data['seeds']} seeds of the "
        "exact law at the n above each column whose κ rises; purple helps, orange harms; the standard "
        f"error of a share is at most {0.5 / data['seeds'] ** 0.5:.2f}. Black line: boundary in the "
        "proportional limit (R5), not fitted."
    )


def _centres(limits: tuple[float, float], count: int) -> np.ndarray:
    edges = np.linspace(*limits, count + 1)
    return (edges[1:] + edges[:-1]) / 2


def _improved(problem: Problem, seeds: int, cell: int) -> list[float]:
    key = jax.random.fold_in(jax.random.key(2), cell)
    outcomes = dice.run_many(problem, SCHEMES, key=key, seeds=seeds)
    kappas = [np.asarray(outcomes[scheme.name].kappa) for scheme in SCHEMES]
    return [float(np.mean(improved(kappa)[:, 1])) for kappa in kappas]


def _gain(preset: Preset, n: int, r: int) -> dict[str, Any]:
    p = np.linspace(*P_RANGE, preset.fine)
    rho = np.linspace(*RHO_RANGE, preset.fine)[:, None]
    problem = Problem(n=n, d=r + 1, p=p, gamma=rho**0.5)
    before = predict(problem, Initial()).kappa[..., 0]
    gains = {s.name: predict(problem, s).kappa[..., 1] / before for s in SCHEMES}
    return {name: np.round(np.log(np.asarray(gain)), 6).tolist() for name, gain in gains.items()}


def _draw_panel(axis: Any, data: dict[str, Any], panel: dict[str, Any], name: str) -> Any:
    image = axis.pcolormesh(
        data["p"],
        data["rho"],
        np.asarray(panel["improved"][name]),
        cmap=SHARE,
        vmin=0,
        vmax=1,
        rasterized=True,
    )
    gain = np.asarray(panel["predicted"][name])
    for colour, width in (("white", 3.5), ("black", 1.5)):  # a halo keeps the line readable
        axis.contour(
            data["p_fine"],
            data["rho_fine"],
            gain,
            levels=[0.0],
            colors=colour,
            linewidths=width,
        )
    axis.grid(False)
    return image
