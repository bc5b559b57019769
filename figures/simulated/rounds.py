"""When to stop: the best number of rounds over noise and separation, and the collapse of R6."""

from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap

from relabel_lab.figures.cells import kappas
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS, MARKERS, RHO, P, plain_log_axis
from relabel_lab.sim import Problem
from relabel_lab.sim.margins import Constant
from relabel_lab.sim.schemes import Consensus, Fresh, Full, parse_scheme
from relabel_lab.theory import fixed_point, predict

SUMMARY = (
    "when to stop: best number of rounds in (p, rho), and the collapse of retraining (R6, R19)"
)

SCHEMES = (Full(), Consensus())
P_RANGE = (0.02, 0.48)
RHO_RANGE = (0.25, 3.0)
GAIN = 1.01  # a further round counts only where it multiplies kappa by more than this
COLLAPSE = {"rho": 0.8, "n": 10**10, "d": 10**6 + 1}
STARTS = (0.5, 0.8, 1.1, 1.3, 1.6)
PATHS: dict[str, Any] = {
    "p": 0.3,
    "rho": (0.8, 1.2),
    "tiles": 4,
}  # at the last size; seeds a path in cell's seeds
FINE = 60  # points a side of the boundary's grid


class Preset(NamedTuple):
    """Cells a side, seeds a cell, rounds, sizes (n, r) a panel, rounds that are predicted.

    Compiling takes as long as many small cells: n is the same in all panels of a preset.
    """

    side: int
    seeds: int
    rounds: int
    sizes: tuple[tuple[int, int], ...]
    predicted: int = 3


PRESETS = {
    "quick": Preset(7, 32, 4, ((1000, 2000), (1000, 100))),
    "full": Preset(16, 30, 8, ((8000, 16_000), (8000, 4000), (8000, 800)), 6),
}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Best number of rounds in every cell (0: keep the initial model), and paths of kappa."""
    p, rho = _centres(P_RANGE, preset.side), _centres(RHO_RANGE, preset.side)
    total = len(preset.sizes) * preset.side**2 + len(PATHS["rho"])
    panels = []
    for number, (n, r) in enumerate(preset.sizes):
        best = np.empty((len(SCHEMES), len(rho), len(p)), int)
        for i, each in enumerate(rho.tolist()):
            first = (number * len(rho) + i) * len(p)
            found = _kappas(n, r, p, each, preset, first, preset.seeds)
            for s, j in np.ndindex(len(SCHEMES), len(p)):
                best[s, i, j] = best_round(found[j, :, s])
            step(first + len(p), total)
        named = {s.name: best[i].tolist() for i, s in enumerate(SCHEMES)}
        panels.append({"n": n, "r": r, "best": named, "first_round": _first_round(n, r)})
    paths = []
    for done, each in enumerate(PATHS["rho"], total - len(PATHS["rho"])):
        paths.append(_paths(each, preset, done))
        step(done + 1, total)
    return {
        "p": p.tolist(),
        "rho": rho.tolist(),
        "p_fine": np.linspace(*P_RANGE, FINE).tolist(),
        "rho_fine": np.linspace(*RHO_RANGE, FINE).tolist(),
        "rounds": preset.rounds,
        "seeds": preset.seeds,
        "panels": panels,
        "paths": paths,
        "collapse": _collapse(preset.rounds),
    }


def best_round(kappa: np.ndarray) -> int:
    """The first round whose mean of kappa [seeds, rounds + 1] is within 1 % of the best round's."""
    path = kappa.mean(axis=0)
    return int(np.argmax(path * GAIN >= path.max()))


def draw(data: dict[str, Any]) -> Any:
    """A map a scheme and size under the boundary of R5; paths on new and on the same samples."""
    panels, names = data["panels"], [scheme.name for scheme in SCHEMES]
    figure, axes = new_figure(2, len(panels) + 1, 3.0 * (len(panels) + 1), 5.8, squeeze=False)
    for row, name in zip(axes, names, strict=True):
        for axis, panel in zip(row, panels, strict=False):
            image = _draw_map(axis, data, panel, name)
        row[0].set_ylabel(f"{name} retraining\n{RHO}")
    for axis, panel in zip(axes[0], panels, strict=False):
        axis.set_title(f"$n/(d-1)$ = {panel['n'] / panel['r']:g}, $n$ = {panel['n']:,}")
    for axis in axes[-1, :-1]:
        axis.set_xlabel(P)
    bar = figure.colorbar(image, ax=axes[:, :-1], shrink=0.8, ticks=range(data["rounds"] + 1))
    bar.set_label("best number of rounds (0: do not retrain)")
    _draw_paths(axes[0, -1], data["paths"])
    _draw_collapse(axes[1, -1], data["collapse"])
    return figure


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    path, fall = data["paths"][0], data["collapse"]
    side, ratios = len(data["p"]), [panel["n"] / panel["r"] for panel in data["panels"]]
    return (
        f"Maps ({side} × {side} cells, n/(d-1) = {' and '.join(f'{a:g}' for a in ratios)}, constant "
        f"margin): best number of rounds from 0 (grey: do not retrain) to {data['rounds']} by the mean of "
        f"κ over {data['seeds']} seeds of the exact law, a further round counting only where it adds 1 %. "
        "Line: predicted, below it the first round harms (R5). Top right: mean κ round by round on the "
        f"same samples, p = {path['p']:g}, n/(d-1) = {path['n'] / path['r']:g}, {path['seeds']} seeds; "
        "the standard errors are smaller than the markers unless drawn; lines are predicted (R21, "
        f"{len(path['schemes']['full']['predicted']) - 1} rounds); rings mark the best rounds. "
        f"Bottom right: predicted κ with new samples in each round, n ≫ d, ρ = {fall['rho']:g} (R6): starts "
        f"above the unstable point κ = {fall['unstable']:.3f} grow, starts below it collapse."
    )


def _centres(limits: tuple[float, float], count: int) -> np.ndarray:
    edges = np.linspace(*limits, count + 1)
    return (edges[1:] + edges[:-1]) / 2


def _kappas(
    n: int, r: int, p: Any, rho: float, preset: Preset, first: int, seeds: int
) -> np.ndarray:
    """Kappa [C, seeds, schemes, rounds + 1] of a row of cells."""
    options: Any = {"key": jax.random.key(3), "first": first, "rounds": preset.rounds}
    return kappas(n, r, p, rho, SCHEMES, seeds=seeds, **options)


def _first_round(n: int, r: int) -> dict[str, Any]:
    """log(kappa_1/kappa_0) in the limit on the fine grid, for each scheme."""
    p, rho = np.linspace(*P_RANGE, FINE), np.linspace(*RHO_RANGE, FINE)[:, None]
    problem = Problem(n=n, d=r + 1, p=p, gamma=rho**0.5)
    kappas = {s.name: np.log(np.asarray(predict(problem, s).kappa)) for s in SCHEMES}
    return {name: np.round(k[..., 1] - k[..., 0], 6).tolist() for name, k in kappas.items()}


def _paths(rho: float, preset: Preset, cell: int) -> dict[str, Any]:
    """Mean kappa round by round with its standard error, and the best round of each scheme."""
    n, r = preset.sizes[-1]
    seeds = PATHS["tiles"] * preset.seeds
    problem = Problem(n, r + 1, PATHS["p"], rho**0.5)
    (found,) = _kappas(n, r, PATHS["p"], rho, preset, cell, seeds)
    schemes = {
        scheme.name: {
            "mean": found[:, s].mean(axis=0).tolist(),
            "error": (found[:, s].std(axis=0, ddof=1) / seeds**0.5).tolist(),
            "best": best_round(found[:, s]),
            "predicted": _predicted(problem, scheme.name, preset.predicted),
        }
        for s, scheme in enumerate(SCHEMES)
    }
    return {"n": n, "r": r, "p": PATHS["p"], "rho": rho, "seeds": seeds, "schemes": schemes}


def _predicted(problem: Problem, name: str, rounds: int) -> list[float]:
    """Kappa round by round in the proportional limit (R21)."""
    return np.asarray(predict(problem, parse_scheme(name), rounds).kappa).tolist()


def _collapse(rounds: int) -> dict[str, Any]:
    """Paths on new samples below and above the unstable point, n >> d."""
    n, d, rho = COLLAPSE["n"], COLLAPSE["d"], COLLAPSE["rho"]
    unit = 2 * rho * ((n / (d - 1)) ** 0.5)
    paths = []
    for start in STARTS:
        problem = Problem(n, d, 0.5 - start / unit, rho**0.5)
        paths.append(np.asarray(predict(problem, Fresh(), rounds).kappa).tolist())
    return {"rho": rho, "unstable": float(fixed_point(rho, Constant())), "paths": paths}


def _draw_map(axis: Any, data: dict[str, Any], panel: dict[str, Any], name: str) -> Any:
    shades = colormaps["viridis_r"](np.linspace(0.15, 1, data["rounds"]))
    colours = ListedColormap([(0.85, 0.85, 0.85, 1.0), *shades])  # grey: do not retrain
    image = axis.pcolormesh(
        data["p"], data["rho"], np.asarray(panel["best"][name]), cmap=colours,
        vmin=-0.5, vmax=data["rounds"] + 0.5, rasterized=True,
    )  # fmt: skip
    gain = np.asarray(panel["first_round"][name])
    for colour, width in (("white", 3.5), ("black", 1.5)):  # a halo keeps the line readable
        axis.contour(
            data["p_fine"], data["rho_fine"], gain, levels=[0.0], colors=colour, linewidths=width
        )
    axis.grid(False)
    return image


def _draw_paths(axis: Any, paths: list[dict[str, Any]]) -> None:
    """Mean kappa on the same samples; a ring marks the best number of rounds."""
    for number, path in enumerate(paths):
        for name, line in path["schemes"].items():
            predicted = line["predicted"]
            axis.plot(predicted, color=COLOURS[name], linewidth=1.2)
            mean, best = line["mean"], line["best"]
            label = name if number == 0 else None
            axis.errorbar(
                range(len(mean)), mean, line["error"], color=COLOURS[name], label=label,
                marker=MARKERS[name], markersize=4.5, markerfacecolor="white", linestyle="",
            )  # fmt: skip
            label = "best" if label == SCHEMES[-1].name else None
            axis.plot(
                best, mean[best], "o", color="black", fillstyle="none", markersize=10, label=label
            )
        axis.annotate(
            f"$\\rho$ = {path['rho']:g}", (0, mean[0]), (6, -19), textcoords="offset points"
        )
    plain_log_axis(axis.yaxis, [0.5, 1, 2, 4])
    axis.set_xlabel("round")
    axis.set_ylabel(r"mean $\kappa$")
    axis.set_title(f"same samples, $p$ = {path['p']:g}")
    axis.legend(loc="center right", bbox_to_anchor=(1, 0.58), fontsize=8)


def _draw_collapse(axis: Any, collapse: dict[str, Any]) -> None:
    for path in collapse["paths"]:
        colour = COLOURS["harms" if path[-1] < path[0] else "helps"]
        axis.plot(path, color=colour, marker="o", markersize=3)
    highest, lowest = collapse["paths"][-1], collapse["paths"][0]
    last = len(lowest) - 1
    axis.axhline(collapse["unstable"], color="black", linestyle="--", linewidth=1)
    plain_log_axis(axis.yaxis, [0.1, 1, 10, 100])
    words = {"va": "center", "ha": "right", "textcoords": "offset points"}
    axis.annotate("unstable point", (last, collapse["unstable"]), (0, 6), fontsize=8, **words)
    axis.annotate("grow", (1, highest[1]), (-6, 10), color=COLOURS["helps"], **words)
    axis.annotate("collapse", (0, lowest[0]), (0, -12), color=COLOURS["harms"], va="center",
                  textcoords="offset points")  # fmt: skip
    axis.set_xlabel("round")
    axis.set_ylabel(r"$\kappa$")
    axis.set_title(f"new samples, $\\rho$ = {collapse['rho']:g}")
