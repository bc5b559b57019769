"""The look that all figures share, and pictures as bytes that depend on the data alone."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

# Okabe and Ito's palette: told apart with every common colour vision.
COLOURS = {
    "initial": "#555555",
    "full": "#0072b2",
    "consensus": "#d55e00",
    "direct": "#cc79a7",
    "dice": "#009e73",
}
MARKERS = {"initial": "s", "full": "o", "consensus": "^", "direct": "D", "dice": "o"}

STYLE: Any = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10,
    "figure.constrained_layout.use": True,
    "figure.dpi": 150,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "grid.alpha": 0.25,
    "legend.fontsize": 9,
    "legend.edgecolor": "none",
    "legend.framealpha": 0.9,
    "lines.linewidth": 1.6,
    "lines.markersize": 5,
    "svg.fonttype": "path",
    "svg.hashsalt": "relabel-lab",
}


@contextmanager
def applied() -> Iterator[None]:
    """The shared style, for everything drawn and saved inside."""
    with mpl.rc_context(STYLE):
        yield


def new_figure(rows: int, columns: int, width: float, height: float, **options: Any) -> Any:
    """A figure and its axes; sizes in inches."""
    # Not by pyplot: the backend of a notebook stays as it is, and nothing needs closing.
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots(rows, columns, **options)


def plain_log_axis(axis: Any, ticks: Sequence[float]) -> None:
    """A logarithmic axis (of x or y) labelled with ordinary numbers at ``ticks``."""
    axis.axes.set_xscale("log") if axis.axis_name == "x" else axis.axes.set_yscale("log")
    axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_minor_formatter(NullFormatter())


def picture(figure: Figure, kind: str) -> bytes:
    """The figure as ``svg`` or ``png``, without dates or version stamps."""
    metadata = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[kind]
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()
