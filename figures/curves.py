"""Accuracies of schemes after one round, predicted as lines and simulated as markers."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from matplotlib.lines import Line2D

from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.style import ACCURACY, colour_of, marker_of
from relabel_lab.sim import Problem, dice, parse_scheme
from relabel_lab.theory import predict

EVERY = (
    "initial", "full", "consensus", "crossfit:5", "fresh", "soft:1", "confident:0.5",
    "interpolate:0.5", "optimal",
)  # fmt: skip
SCALAR = ("confident", "optimal", "optimal-uncorrected")  # bound to one problem
SEPARATIONS = (2.5, 0.7)


def predicted(problem: Problem, name: str) -> list[float | None]:
    """Accuracy of each of the problems [C] in the proportional limit; None where there is none."""
    scheme = parse_scheme(name)
    if name.partition(":")[0] in SCALAR:
        count = max(np.size(leaf) for leaf in jax.tree.leaves(problem))
        found = np.array([predict(_one(problem, i), scheme).accuracy[-1] for i in range(count)])
    else:
        found = np.asarray(predict(problem, scheme).accuracy[..., -1])
    return [float(value) if np.isfinite(value) else None for value in found]


def _one(problem: Problem, i: int) -> Problem:
    return jax.tree.map(lambda leaf: leaf[i] if np.ndim(leaf) else leaf, problem)


def shares_seeds(name: str) -> bool:
    """Whether a scheme is run on the same draws as others, by one program for many n."""
    return parse_scheme(name).scores == "in-sample"


def simulated(problem: Problem, names: Sequence[str], key: Any, seeds: int) -> dict[str, Any]:
    """Means of accuracy over seeds of the exact law, and their standard errors."""
    found = dice.run_many(problem, [parse_scheme(name) for name in names], key=key, seeds=seeds)
    accuracy = {name: np.asarray(found[name].accuracy[:, 1]) for name in names}
    return {
        name: {"mean": float(x.mean()), "error": float(x.std(ddof=1) / seeds**0.5)}
        for name, x in accuracy.items()
    }


def columns(points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Results of `simulated` at several places, as lists by scheme."""
    return {
        name: {kind: [point[name][kind] for point in points] for kind in ("mean", "error")}
        for name in points[0]
    }


def remarks(asked: dict[str, Any]) -> str:
    """What a reader must know of schemes in the picture that are not like the others."""
    families = {name.partition(":")[0] for name in asked["schemes"]}
    told = ""
    if "fresh" in families:
        told += " Fresh labels n further samples that nobody has labelled."
    if "optimal" in families and not asked["margin"].startswith("gaussian"):
        told += (
            " Optimal is best possible for gaussian margins, which these are not: here it can lose, "
            "down to below 50 %, where the picture ends."
        )
    return told


def draw_panels(
    data: dict[str, Any], line_x: Any, x: Any, label: str, dress: Callable[[Any], Any]
) -> Any:
    """The figure, a panel a separation; ``dress`` sees to the axis of ``x``, called ``label``."""
    figure, axes = new_figure(1, len(data["panels"]), 9.0, 4.4, sharex=True, sharey=True)
    for axis, panel in zip(axes, data["panels"], strict=True):
        _draw_panel(axis, line_x, panel, x)
        dress(axis)
        axis.set_xlabel(label)
        axis.set_title(rf"$\rho$ = {panel['rho']:g}")
    axes[0].set_ylabel(ACCURACY)
    axes[0].set_ylim(48, 101)
    _legend(figure, data["panels"][0])
    return figure


def _draw_panel(axis: Any, line_x: Any, panel: dict[str, Any], x: Any) -> None:
    """Lines and markers in per cent; bars are 95 % intervals, mostly smaller than a marker."""
    for name, values in panel["predicted"].items():
        axis.plot(line_x, 100 * np.array(values, float), color=colour_of(name), linewidth=1.3)
    for name, points in panel["simulated"].items():
        mean, error = (100 * np.array(points[kind]) for kind in ("mean", "error"))
        axis.errorbar(
            x, mean, 1.96 * error, fmt=marker_of(name), color=colour_of(name), markersize=4.5,
            markerfacecolor="white", capsize=0, linewidth=1, zorder=3,
        )  # fmt: skip


def _legend(figure: Any, panel: dict[str, Any]) -> None:
    """Schemes with colour, and marker where they are simulated, below the panels."""
    handles = [
        Line2D([], [], color=colour_of(name), label=name, mfc="white",
               marker=marker_of(name) if name in panel["simulated"] else "")
        for name in panel["predicted"]
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside lower center", ncols=min(5, len(handles)))
