"""The picture of a `View`: a map a scheme over two axes, or lines over one."""

from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from relabel_lab.figures import style
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.style import ALPHA, RHO, P, colour_of
from relabel_lab.figures.views import QUANTITIES, Line, View

LABELS = {
    "p": P,
    "rho": RHO,
    "alpha": ALPHA,
    "n": "number of samples $n$",
    "d": "number of features $d$",
    "gamma": r"norm of the mean $\gamma$",
    "sigma": r"standard deviation of the noise $\sigma$",
    "epsilon": r"privacy parameter $\varepsilon$",
}
SYMBOLS = {"rho": r"$\rho$", "alpha": "$n/(d-1)$", "gamma": r"$\gamma$", "sigma": r"$\sigma$",
           "epsilon": r"$\varepsilon$", "p": "$p$", "n": "$n$", "d": "$d$"}  # fmt: skip
SIGNED = ("improved", "gain")
COLUMNS = 3


def picture_of_view(view: View, kind: str, look: style.Look = style.Look()) -> bytes:  # noqa: B008
    """One of `FORMATS`."""
    with style.applied(look):
        return style.picture(draw_view(view), kind, look)


def draw_view(view: View) -> Any:
    """The figure."""
    return _draw_lines(view) if len(view.axes) == 1 else _draw_maps(view)


def _draw_maps(view: View) -> Any:
    columns = min(COLUMNS, len(view.lines))
    rows = -(-len(view.lines) // columns)
    shared: Any = {"sharex": True, "sharey": True, "squeeze": False}
    figure, axes = new_figure(rows, columns, 3.1 * columns + 1.2, 2.9 * rows + 0.5, **shared)
    for axis in axes.flat[len(view.lines) :]:
        axis.set_visible(False)
    shades = _shades(view)
    for axis, line in zip(axes.flat, view.lines, strict=False):
        image = _draw_map(axis, view, line, shades)
        axis.set_title(line.scheme)
    x, y = view.axes
    for axis in axes[-1]:
        axis.set_xlabel(LABELS.get(x, x))
    for axis in axes[:, 0]:
        axis.set_ylabel(LABELS.get(y, y))
    figure.colorbar(image, ax=axes, shrink=0.9).set_label(QUANTITIES[view.quantity][0])
    figure.suptitle(_fixed(view), fontsize=9)
    return figure


def _shades(view: View) -> dict[str, Any]:
    """Orange harms, purple helps, where the quantity has such sides; one scale for all panels."""
    if view.quantity == "improved":
        return {"cmap": "PuOr", "vmin": 0.0, "vmax": 1.0}
    found = np.concatenate([line.values[np.isfinite(line.values)] for line in view.lines] or [[]])
    low, high = (float(found.min()), float(found.max())) if found.size else (0.0, 1.0)
    if view.quantity in SIGNED:
        most = max(abs(low), abs(high)) or 1.0
        return {"cmap": "PuOr", "vmin": -most, "vmax": most}
    return {"cmap": "viridis", "vmin": low, "vmax": high}


def _draw_map(axis: Any, view: View, line: Line, shades: dict[str, Any]) -> Any:
    (x, y), axis_names = view.axes.values(), tuple(view.axes)
    places = [_places(values) for values in (x, y)]
    image = axis.pcolormesh(*places, line.values, shading="nearest", rasterized=True, **shades)
    lead = _lead_with_noise(view, line)
    if lead is not None and min(lead.shape) > 1 and np.isfinite(lead).any():
        for colour, width in (("white", 3.0), ("black", 1.4)):  # a halo keeps the line readable
            axis.contour(*places, lead, levels=[0.0], colors=colour, linewidths=width)
    if view.quantity == "improved" and line.low is not None and line.high is not None:
        at = np.argwhere((line.low < 0.5) & (line.high > 0.5))
        dots: Any = {"color": "black", "markersize": 1.2, "linestyle": ""}
        axis.plot(places[0][at[:, 1]], places[1][at[:, 0]], ".", **dots)
    _scale(axis.xaxis, x, axis_names[0])
    _scale(axis.yaxis, y, axis_names[1])
    axis.grid(False)
    return image


def _lead_with_noise(view: View, line: Line) -> np.ndarray | None:
    """The lead away from p = 0, where retraining never helps (R8): its line would run along p = 0."""
    if line.lead is None or "p" not in view.axes:
        return line.lead
    clean = view.axes["p"] == 0
    where = np.s_[:, clean] if next(iter(view.axes)) == "p" else np.s_[clean, :]
    lead = line.lead.copy()
    lead[where] = np.nan
    return lead


def _draw_lines(view: View) -> Any:
    figure, axis = new_figure(1, 1, 5.6, 3.8)
    ((name, x),) = view.axes.items()
    places, factor = _places(x), 100 if view.quantity == "improved" else 1
    for line in view.lines:
        colour: Any = {"color": colour_of(line.scheme)}
        if line.predicted is not None:
            axis.plot(places, line.predicted, **colour)
        if not view.simulated:
            axis.plot(places, line.values, **colour)
            continue
        bars = None
        if line.low is not None and line.high is not None:
            bars = factor * np.maximum([line.values - line.low, line.high - line.values], 0.0)
        axis.errorbar(
            places, factor * line.values, bars, fmt="o", markersize=4, markerfacecolor="white",
            capsize=2, linewidth=1, **colour,
        )  # fmt: skip
    label = QUANTITIES[view.quantity][0]
    axis.set_ylabel(f"{label} (%)" if factor == 100 else label)
    axis.set_xlabel(LABELS.get(name, name))
    _scale(axis.xaxis, x, name)
    marker: Any = {"marker": "o", "mfc": "white"} if view.simulated else {}
    names = [line.scheme for line in view.lines]
    handles = [Line2D([], [], color=colour_of(each), label=each, **marker) for each in names]
    figure.legend(handles=handles, loc="outside lower center", ncols=min(4, len(handles)))
    axis.set_title(_fixed(view), fontsize=9)
    return figure


def _places(values: np.ndarray) -> np.ndarray:
    """Numbers as they are, words side by side."""
    return values if values.dtype.kind in "iuf" else np.arange(len(values))


def _scale(axis: Any, values: np.ndarray, name: str) -> None:
    if values.dtype.kind not in "iuf":
        axis.set_ticks(np.arange(len(values)), [str(value) for value in values])
    elif _geometric(values):
        axis.axes.set_xscale("log") if axis.axis_name == "x" else axis.axes.set_yscale("log")
        if values[-1] / values[0] < 10_000:
            low, high = float(values[0]), float(values[-1])
            ticks = [m * 10.0**k for k in range(-6, 12) for m in (1, 3)]
            style.plain_log_axis(axis, [t for t in ticks if low <= t <= high] or [low, high])


def _geometric(values: np.ndarray) -> bool:
    """Whether an axis rises by a constant factor, over more than a factor 3."""
    if len(values) < 3 or values.min() <= 0 or values.max() < 3 * values.min():
        return False
    steps = np.diff(np.log(values.astype(float)))
    return bool(np.allclose(steps, steps.mean(), rtol=0.15))


def _fixed(view: View) -> str:
    """What is held fixed and worth saying, in symbols."""
    plain = {"sigma": 1.0, "margin": "constant", "spectrum": "isotropic"}
    told = []
    implied = {"d"} if view.simulated else {"n", "d"}
    for name, value in view.fixed.items():
        if "alpha" in view.fixed and name in implied:
            continue
        if name not in LABELS or plain.get(name) == value:
            if name in ("margin", "spectrum") and plain.get(name) != value:
                told.append(f"{name} {value}")
            continue
        text = f"{value:,}" if isinstance(value, int) else f"{value:g}"
        told.append(f"{SYMBOLS[name]} = {text}")
    return ", ".join([*told, f"round {view.round}"])
