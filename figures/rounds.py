"""When to stop: the best number of rounds over noise and separation, and the collapse of R6."""

from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap

from figures.registry import Step
from figures.style import COLOURS, new_figure
from sim import dice
from sim.margins import Constant
from sim.problem import Problem
from sim.schemes import Consensus, Fresh, Full
from theory import fixed_point, predict

SUMMARY = (
    "when to stop: best number of rounds in (p, rho), and the collapse of retraining (R6, R19)"
)

SCHEMES = (Full(), Consensus())
P_RANGE = (0.02, 0.48)
RHO_RANGE = (0.25, 3.0)
GAIN = 1.01  # a further round counts only where it multiplies kappa by more than this
COLLAPSE = {"rho": 0.8, "n": 10**10, "d": 10**6 + 1}
STARTS = (0.5, 0.8, 1.1, 1.3, 1.6)


class Preset(NamedTuple):
    """Cells a side, seeds a cell, rounds, sizes (n, r) a panel."""

    side: int
    seeds: int
    rounds: int
    sizes: tuple[tuple[int, int], ...]


PRESETS = {
    "quick": Preset(8, 64, 5, ((1000, 2000), (4000, 400))),
    "full": Preset(32, 4, 10, ((10_000, 20_000), (20_000, 10_000), (100_000, 10_000))),
}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Best number of rounds in every cell (0: keep the initial model), and paths of kappa."""
    p, rho = _centres(P_RANGE, preset.side), _centres(RHO_RANGE, preset.side)
    cells = preset.side**2
    panels = []
    for number, (n, r) in enumerate(preset.sizes):
        best = np.empty((len(SCHEMES), len(rho), len(p)), int)
        for index in np.ndindex(len(rho), len(p)):
            cell = number * cells + index[0] * len(p) + index[1]
            problem = Problem(n=n, d=r + 1, p=p[index[1]], gamma=rho[index[0]] ** 0.5)
            key = jax.random.fold_in(jax.random.key(3), cell)
            runs = dice.run_many(problem, SCHEMES, preset.rounds, key=key, seeds=preset.seeds)
            best[:, *index] = [best_round(np.asarray(runs[s.name].kappa)) for s in SCHEMES]
            step(cell + 1, len(preset.sizes) * cells)
        named = {s.name: best[i].tolist() for i, s in enumerate(SCHEMES)}
        panels.append({"n": n, "r": r, "best": named})
    return {
        "p": p.tolist(),
        "rho": rho.tolist(),
        "rounds": preset.rounds,
        "seeds": preset.seeds,
        "panels": panels,
        "collapse": _collapse(preset.rounds),
    }


def best_round(kappa: np.ndarray) -> int:
    """The first round after which mean kappa [seeds, rounds + 1] grows by less than 1 %."""
    path = kappa.mean(axis=0)
    return int(np.argmax(path * GAIN >= path.max()))


def draw(data: dict[str, Any]) -> Any:
    """A map a scheme and size, and the paths beside the unstable point."""
    panels, names = data["panels"], [scheme.name for scheme in SCHEMES]
    colours = ListedColormap(colormaps["viridis_r"](np.linspace(0.05, 1, data["rounds"] + 1)))
    figure, axes = new_figure(2, len(panels) + 1, 3.0 * (len(panels) + 1), 5.4, squeeze=False)
    for row, name in zip(axes, names, strict=True):
        for axis, panel in zip(row, panels, strict=False):
            image = axis.pcolormesh(
                data["p"], data["rho"], np.asarray(panel["best"][name]), cmap=colours,
                vmin=-0.5, vmax=data["rounds"] + 0.5, rasterized=True,
            )  # fmt: skip
            axis.grid(False)
            ratio = panel["n"] / panel["r"]
            axis.set_title(f"{name}, $n$ = {panel['n']:,}\n$n/(d-1)$ = {ratio:g}")
            axis.set_xlabel("flip probability p")
        row[0].set_ylabel(r"separation $\gamma^2/\sigma^2$")
    bar = figure.colorbar(image, ax=axes[:, :-1], shrink=0.8, ticks=range(data["rounds"] + 1))
    bar.set_label(f"best number of rounds, at most {data['rounds']}")
    _draw_collapse(axes[0, -1], data["collapse"])
    axes[1, -1].axis("off")
    return figure


def _centres(limits: tuple[float, float], count: int) -> np.ndarray:
    edges = np.linspace(*limits, count + 1)
    return (edges[1:] + edges[:-1]) / 2


def _collapse(rounds: int) -> dict[str, Any]:
    """Paths on new samples below and above the unstable point, n >> d."""
    n, d, rho = COLLAPSE["n"], COLLAPSE["d"], COLLAPSE["rho"]
    unit = 2 * rho * ((n / (d - 1)) ** 0.5)
    paths = []
    for start in STARTS:
        problem = Problem(n, d, 0.5 - start / unit, rho**0.5)
        paths.append(np.asarray(predict(problem, Fresh(), rounds).kappa).tolist())
    return {"rho": rho, "unstable": float(fixed_point(rho, Constant())), "paths": paths}


def _draw_collapse(axis: Any, collapse: dict[str, Any]) -> None:
    for path in collapse["paths"]:
        falls = path[-1] < path[0]
        axis.plot(path, color=COLOURS["consensus" if falls else "full"], marker="o", markersize=3)
    axis.axhline(collapse["unstable"], color="black", linestyle="--", linewidth=1)
    axis.set_yscale("log")
    axis.set_xlabel("round")
    axis.set_ylabel(r"$\kappa$")
    axis.set_title(f"new samples, $\\rho$ = {collapse['rho']:g}\ndashed: unstable point")
