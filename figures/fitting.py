"""Pictures narrower than designed: panels one below the other, text and lines in proportion."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.text import Text

_ASKED: ContextVar[float | None] = ContextVar("asked width in inches", default=None)
NARROW = 0.75  # of the designed width; below it panels are laid out anew
SMALLEST = 0.72  # of the designed size of text, about 6.5 points
FLATTER = 0.85  # height of a panel alone in its row, of the designed ratio to its width
TALLER = 1.2  # of panels beside others, whose labels need room
ACROSS = {"sharex": "sharey", "sharey": "sharex"}
TURNED: dict[Any, Any] = {"col": "row", "row": "col"}


@contextmanager
def asked(width: float | None) -> Iterator[None]:
    """The width that figures made inside are to have."""
    token = _ASKED.set(width)
    try:
        yield
    finally:
        _ASKED.reset(token)


def new_figure(rows: int, columns: int, width: float, height: float, **options: Any) -> Any:
    """A figure and its axes as ``rows`` and ``columns``; sizes in inches, as designed.

    Where a width below three quarters of that is asked for, rows of panels become columns.
    """
    # Not by pyplot: the backend of a notebook stays as it is, and nothing needs closing.
    wanted = _ASKED.get()
    narrow = wanted is not None and wanted < NARROW * width
    if wanted is None or not narrow or columns <= rows:
        stretch = TALLER if narrow and columns > 1 else 1.0
        figure = Figure(figsize=(width, stretch * height))
        axes = figure.subplots(rows, columns, **options)
        return figure, axes
    stretch = FLATTER if rows == 1 else TALLER
    panel = stretch * (height / rows) / (width / columns) * (wanted / rows)
    figure = Figure(figsize=(wanted, panel * columns + 0.5))
    told = {k: TURNED.get(v, v) for k, v in options.items() if k not in ("width_ratios", "squeeze")}
    grid = figure.subplots(columns, rows, squeeze=False, **told).T
    figure.__dict__["panels"] = grid  # rows and columns as designed
    flat = options.get("squeeze", True) and rows == 1
    return figure, grid[0] if flat else grid


def fit(figure: Figure, width: float, own_style: bool) -> None:
    """Bring a drawn figure to ``width``: text and lines smaller, names where they are missing."""
    now, height = figure.get_size_inches()
    grid = figure.__dict__.get("panels")
    if grid is None:
        figure.set_size_inches(width, height * width / now)
    else:
        _name_panels(grid)
        _say_once(grid)
    share = SMALLEST if grid is not None else max(SMALLEST, min(1.0, width / now))
    if not own_style:  # a style of one's own says how large text is
        _shrink(figure, share)
    for legend in list(figure.legends):
        _narrow(figure, legend, width)


def _name_panels(grid: np.ndarray) -> None:
    """Labels that stood once a row or column, on the panels that share that axis and show it."""
    for (i, j), axis in np.ndenumerate(grid):
        for other in grid[i, :j][::-1]:
            if not axis.get_ylabel() and axis.get_shared_y_axes().joined(axis, other):
                axis.set_ylabel(other.get_ylabel())
        for other in grid[i + 1 :, j]:
            if not axis.get_xlabel() and axis.get_shared_x_axes().joined(axis, other):
                axis.set_xlabel(other.get_xlabel())


def _say_once(grid: np.ndarray) -> None:
    """No label where the numbers are a neighbour's and the label is the same."""
    for (i, j), axis in np.ndenumerate(grid):
        left = grid[i - 1, j] if i else None  # designed rows are columns now
        if left is not None and not axis.yaxis.get_tick_params().get("labelleft", True):
            axis.set_ylabel("" if axis.get_ylabel() == left.get_ylabel() else axis.get_ylabel())
        if not axis.xaxis.get_tick_params().get("labelbottom", True):
            axis.set_xlabel("")


def _shrink(figure: Figure, share: float) -> None:
    texts: Any = figure.findobj(Text)
    for text in texts:
        text.set_fontsize(share * text.get_fontsize())
    lines: Any = figure.findobj(Line2D)
    for line in lines:
        line.set_linewidth(share * line.get_linewidth())
        line.set_markersize(share * line.get_markersize())
    dots: Any = figure.findobj(PathCollection)
    for some in dots:
        some.set_sizes(share**2 * some.get_sizes())
    for axis in figure.axes:
        for each in (axis.xaxis, axis.yaxis):
            labels = each.get_ticklabels()
            if labels:
                each.set_tick_params(labelsize=labels[0].get_fontsize())


def _narrow(figure: Figure, legend: Legend, width: float) -> None:
    """The legend below the panels in as many columns as fit."""
    handles: Any = legend.legend_handles
    texts: Any = legend.get_texts()
    size = texts[0].get_fontsize()
    longest = max(len(text.get_text()) for text in texts)
    fitting = int(72 * width / (size * (0.55 * longest + 4.5)))
    columns = max(1, min(getattr(legend, "_ncols", 1), fitting))
    if columns == getattr(legend, "_ncols", 1):
        return
    legend.remove()
    words = [text.get_text() for text in texts]
    figure.legend(handles, words, loc="outside lower center", ncols=columns, fontsize=size)
