"""The look that all figures share, and pictures as bytes that depend on the data alone."""

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from relabel_lab.figures import fitting

# Okabe and Ito's palette for schemes: told apart with every common colour vision.  Engines and
# Bayes take colours that no scheme has.
COLOURS = {
    "initial": "#555555",
    "full": "#0072b2",
    "consensus": "#d55e00",
    "crossfit": "#009e73",
    "fresh": "#e69f00",
    "optimal": "#cc79a7",
    "confident": "#999933",
    "interpolate": "#56b4e9",
    "soft": "#882255",
    "leave-one-out": "#44aa99",
    "Bayes": "#000000",
    "direct": "#8c6d1f",
    "dice": "#5b2a86",
    "harms": "#e08214",
    "helps": "#8073ac",
}
OTHER = "#7f7f00"  # schemes without a colour of their own
MARKERS = {
    "initial": "s",
    "full": "o",
    "consensus": "^",
    "crossfit": "D",
    "fresh": "v",
    "soft": "P",
    "confident": "X",
    "interpolate": "<",
    "optimal": "*",
    "direct": "D",
    "dice": "o",
}

P = "flip probability $p$"
RHO = r"separation $\rho = \gamma^2/\sigma^2$"
ALPHA = r"samples per noise dimension, $n/(d-1)$"
ACCURACY = "accuracy (%)"
FORMATS = ("pdf", "svg", "png")

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
    "pdf.fonttype": 42,  # whole TrueType outlines: text that can be searched and edited
    "svg.fonttype": "none",
    "svg.hashsalt": "relabel-lab",
}
_UNDATED: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}


class Look(NamedTuple):
    """How pictures are drawn.

    Attributes:
        style: a matplotlib style file, on top of the shared style.
        width: of every picture in inches.  Text and lines shrink with it, to about 6.5 points, and
            where it is narrow panels come one below the other.
        formats: of `FORMATS`.
    """

    style: Path | None = None
    width: float | None = None
    formats: tuple[str, ...] = FORMATS


def style_problem(file: Path) -> str | None:
    """Why ``file`` is no style that matplotlib reads; None if it is one."""
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            mpl.rc_params_from_file(file, use_default_template=False)
    except (OSError, ValueError) as error:
        return str(error)
    return str(told[0].message) if told else None


@contextmanager
def applied(look: Look = Look()) -> Iterator[None]:  # noqa: B008 (immutable)
    """The style, for everything drawn and saved inside."""
    own = (
        {}
        if look.style is None
        else mpl.rc_params_from_file(look.style, use_default_template=False)
    )
    with mpl.rc_context({**STYLE, **own}), fitting.asked(look.width):
        yield


def colour_of(scheme: str) -> str:
    """The one colour of a scheme: ``crossfit:5`` has that of crossfit."""
    return COLOURS.get(scheme.partition(":")[0], OTHER)


def marker_of(scheme: str) -> str:
    """The marker of a scheme."""
    return MARKERS.get(scheme.partition(":")[0], "o")


def plain_log_axis(axis: Any, ticks: Sequence[float]) -> None:
    """A logarithmic axis (of x or y) labelled with ordinary numbers at ``ticks``."""
    axis.axes.set_xscale("log") if axis.axis_name == "x" else axis.axes.set_yscale("log")
    axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_minor_formatter(NullFormatter())


def label_ends(axis: Any, ends: Mapping[str, tuple[float, str]], apart: float = 0.055) -> None:
    """Names of lines at the right edge, in their colours, beside where they end.

    Args:
        axis: with its final limits.
        ends: (last y, colour) by name.
        apart: least distance of two names, as a share of the axis' height.
    """
    to_share = axis.transData + axis.transAxes.inverted()
    x = axis.get_xlim()[1]
    order = sorted(ends, key=lambda name: ends[name][0])
    places = [float(to_share.transform((x, ends[name][0]))[1]) for name in order]
    for name, place in zip(order, spread(places, apart), strict=True):
        axis.annotate(
            name, (1.02, place), xycoords="axes fraction", color=ends[name][1], va="center",
            fontsize=8.5, annotation_clip=False,
        )  # fmt: skip


def spread(places: Sequence[float], apart: float) -> np.ndarray:
    """Rising ``places``, moved as little as it takes to lie at least ``apart``, within [0, 1]."""
    moved = np.clip(np.asarray(places, float), 0.0, 1.0)
    for _ in range(200):
        gaps = apart - np.diff(moved)
        if (gaps <= 1e-9).all():
            break
        push = np.maximum(gaps, 0.0) / 2
        moved[:-1] -= push
        moved[1:] += push
        moved += np.clip(-moved[0], 0, None) - np.clip(moved[-1] - 1, 0, None)
    return moved


def picture(figure: Figure, kind: str, look: Look = Look()) -> bytes:  # noqa: B008 (immutable)
    """The figure as one of `FORMATS`, without dates or version stamps."""
    if look.width is not None:
        fitting.fit(figure, look.width, look.style is not None)
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, metadata=_UNDATED[kind])
    return buffer.getvalue()
