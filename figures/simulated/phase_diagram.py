"""Where retraining helps in the plane of flip probability and separation, at three n/d."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from matplotlib import colormaps
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.special import lambertw

from relabel_lab.figures.boundaries import (
    certified_separation,
    chance_separation,
    limit_separation,
)
from relabel_lab.figures.cells import kappas
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import RHO, P, plain_log_axis
from relabel_lab.sim import improved
from relabel_lab.sim.schemes import Consensus, Full

SUMMARY = "where full and consensus retraining help in (p, rho): predicted, simulated, certified"

# Orange harms, purple helps; the darkest ends of the map are left out.
SHARE = ListedColormap(colormaps["PuOr"](np.linspace(0.12, 0.88, 101)))
SCHEMES = (Full(), Consensus())
P_RANGE = (0.02, 0.48)
RHO_RANGE = (0.3, 12.0)
LEVELS = (0.05, 0.95)
FINE = 41  # points of the lines that cost little
CONSTANTS = (0.1, 1.0, 10.0)  # of the paper's window, unknown: a family


class Preset(NamedTuple):
    """Cells a side, seeds a cell, sizes (n, r) a panel, points of lines, of certified ones."""

    side: tuple[int, int]
    seeds: int
    sizes: tuple[tuple[int, int], ...]
    points: int
    certified: int


PRESETS = {
    "quick": Preset((7, 9), 32, ((2000, 4000), (2000, 1000), (2000, 200)), 6, 5),
    "full": Preset((16, 20), 100, ((10_000, 20_000), (10_000, 5000), (10_000, 1000)), 17, 9),
}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Share of seeds improved on a grid of cells, and the lines: limit, finite n, certified."""
    p = _centres(P_RANGE, preset.side[0])
    rho = np.exp(_centres((math.log(RHO_RANGE[0]), math.log(RHO_RANGE[1])), preset.side[1]))
    rows = len(preset.sizes) * (len(rho) + preset.points)
    panels: list[dict[str, Any]] = []
    for number, (n, r) in enumerate(preset.sizes):
        tell = _counter(step, number * (len(rho) + preset.points), rows)
        shares = _shares(preset, n, r, p, rho, number, tell)
        panels.append({"n": n, "r": r, "improved": shares, **_lines(preset, n, r, tell)})
    told = {"seeds": preset.seeds, "engine": "dice", "levels": LEVELS, "constants": CONSTANTS}
    return {"p": p.tolist(), "rho": rho.tolist(), **told, "panels": panels}


def _counter(step: Step, done: int, total: int) -> Callable[[], None]:
    count = [done]

    def tell() -> None:
        count[0] += 1
        step(count[0], total)

    return tell


def _shares(
    preset: Preset,
    n: int,
    r: int,
    p: np.ndarray,
    rho: np.ndarray,
    number: int,
    tell: Callable[[], None],
) -> dict[str, Any]:
    shares = np.empty((len(SCHEMES), len(rho), len(p)))
    for i, each in enumerate(rho.tolist()):
        first = (number * len(rho) + i) * len(p)
        options: Any = {"key": jax.random.key(2), "first": first, "seeds": preset.seeds}
        better = improved(kappas(n, r, p, each, SCHEMES, **options))[..., 1]
        shares[:, i] = better.mean(axis=1).T
        tell()
    return {scheme.name: shares[s].tolist() for s, scheme in enumerate(SCHEMES)}


def _lines(preset: Preset, n: int, r: int, tell: Callable[[], None]) -> dict[str, Any]:
    """The limit's boundary and the band of P(improves) of each scheme; the certified line."""
    p, fine = np.linspace(*P_RANGE, preset.points), np.linspace(*P_RANGE, FINE)
    limits = {s.name: limit_separation(n / r, fine, s) for s in SCHEMES}
    bands: dict[str, Any] = {s.name: [[] for _ in LEVELS] for s in SCHEMES}
    for each in p.tolist():
        for scheme in SCHEMES:
            for line, level in zip(bands[scheme.name], LEVELS, strict=True):
                near = float(np.interp(each, fine, limits[scheme.name]))
                line.append(chance_separation(n, r, each, scheme, level, near))
        tell()
    some = np.linspace(*P_RANGE, preset.certified).tolist()
    at = np.interp(some, fine, limits["full"])
    proved = [certified_separation(n, r, x, near) for x, near in zip(some, at, strict=True)]
    return {
        "limit_p": fine.tolist(),
        "limit": {name: values.tolist() for name, values in limits.items()},
        "band_p": p.tolist(),
        "band": bands,
        "certified_p": some,
        "certified": proved,
        "window": [_window(n, r, fine, c).tolist() for c in CONSTANTS],
    }


def _window(n: int, r: int, p: np.ndarray, constant: float) -> np.ndarray:
    """rho at which n = c x log x, x = d/(rho^2 (1-2p)^2): the lower end of Remark 4.10."""
    x = np.exp(np.real(lambertw(n / constant)))
    return np.sqrt((r + 1) / x) / (1 - 2 * p)


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    low, high = data["levels"]
    tried = len(data["panels"][0]["certified_p"])
    constants = ", ".join(f"{c:g}" for c in data["constants"])
    return (
        "Where one round of full (above) and of consensus retraining (below) helps, in the plane of "
        "flip probability p and separation ρ (constant margin), at the n/(d-1) and n above each column. "
        f"Disks: share of {data['seeds']} seeds of the exact law whose κ rises, purple helps, orange "
        f"harms, standard error at most {0.5 / data['seeds'] ** 0.5:.2f}. Black line: boundary in the "
        f"proportional limit (R5), not fitted. Grey band: P(improves) between {low:g} and {high:g} at this "
        "n (R25); it ends where a level is not met within a factor 9 of the line. Hatched: "
        f"improvement of full retraining certified with confidence 95 % (R15), tried at {tried} values of p. "
        "Dotted: lower end of the "
        "paper's window as publicly summarised (Remark 4.10, for p close to 1/2), n = C x log x with "
        f"x = d/(ρ²(1-2p)²), its unknown constant C = {constants} from the lowest line to the highest."
    )


def draw(data: dict[str, Any]) -> Any:
    """Disks coloured by the share improved, on the lines that theory gives."""
    names = [scheme.name for scheme in SCHEMES]
    panels = data["panels"]
    shared = {"sharex": True, "sharey": True, "squeeze": False}
    figure, axes = new_figure(len(names), len(panels), 9.0, 6.4, **shared)
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
    low, high = data["levels"]
    handles = [
        Line2D([], [], color="black", label="limit (R5)"),
        Patch(color="#bbbbbb", label=f"P(improves) {low:g} to {high:g} (R25)"),
        Patch(fc="none", ec="#117733", hatch="///", label="certified (R15)"),
        Line2D([], [], color="#555555", ls=":", label="lower end of the paper's window, family"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=8)
    return figure


def _centres(limits: tuple[float, float], count: int) -> np.ndarray:
    edges = np.linspace(*limits, count + 1)
    return (edges[1:] + edges[:-1]) / 2


def _draw_panel(axis: Any, data: dict[str, Any], panel: dict[str, Any], name: str) -> Any:
    axis.grid(False)
    p = panel["limit_p"]
    low, high = (np.array(line, float) for line in panel["band"][name])
    axis.fill_between(panel["band_p"], low, high, color="#bbbbbb", linewidth=0, zorder=1)
    x, y = np.meshgrid(data["p"], data["rho"])
    image = axis.scatter(
        x, y, c=panel["improved"][name], s=17, cmap=SHARE, vmin=0, vmax=1, edgecolors="#666666",
        linewidths=0.3, zorder=2,
    )  # fmt: skip
    axis.plot(p, panel["limit"][name], color="black", zorder=3)
    if name == "full":
        least = np.array(panel["certified"], float)
        axis.fill_between(
            panel["certified_p"], least, RHO_RANGE[1], facecolor="none", edgecolor="#117733",
            hatch="///", linewidth=0.8, zorder=1,
        )  # fmt: skip
        for line in panel["window"]:
            axis.plot(p, line, color="#555555", linestyle=":", linewidth=1, zorder=1)
    plain_log_axis(axis.yaxis, [0.3, 1, 3, 10])
    axis.set_ylim(*RHO_RANGE)
    axis.set_xlim(0, 0.5)
    return image
