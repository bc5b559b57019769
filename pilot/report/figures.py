"""The report's figures, as SVG that follows the page's light or dark colours."""

import io
from collections.abc import Callable
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relabel_lab.pilot.findings import Findings
from relabel_lab.pilot.gain import Gain
from relabel_lab.pilot.report.fit_figures import phase, scores

INK, FAINT = "#21252b", "#8a9099"
BLUE, ORANGE, GREEN = "#2b6cb0", "#c05621", "#2f855a"
# Marks of these colours take the page's own, so that one drawing serves light and dark.
_PAGE = {
    INK: "currentColor",
    FAINT: "var(--faint)",
    BLUE: "var(--blue)",
    ORANGE: "var(--orange)",
    GREEN: "var(--green)",
}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "relabel-lab",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 8,
}


def figures(found: Findings) -> dict[str, bytes]:
    """SVG files by name; only those that there is something to draw for."""
    drawn = {
        "gains": _drawn(
            lambda ax: gains(ax, found), 1.1 + 0.36 * (len(found.gains.candidates) + 1)
        ),
        "rounds": _drawn(lambda ax: rounds(ax, found), 2.9),
        "coverage": _drawn(lambda ax: coverage(ax, found), 0.9 + 0.22 * len(_parts(found))),
        "sensitivity": _drawn(lambda ax: sensitivity(ax, found), 2.3),
    }
    if found.fit.mixture is not None and found.fit.observed:
        drawn["scores"] = _drawn(lambda ax: scores(ax, found), 2.5)
    if found.prediction is not None and found.prediction.reason is None:
        drawn["phase"] = _drawn(lambda ax: phase(ax, found), 2.8)
    return drawn


def inline(svg: bytes) -> str:
    """An SVG file as an element of the page, in the page's colours."""
    text = svg.decode()
    text = text[text.index("<svg") :]
    for colour, variable in _PAGE.items():
        text = text.replace(colour, variable)
    return text


def gains(ax: Axes, found: Findings) -> None:
    """Every candidate's gain over the given and over the tuned learner, with intervals."""
    rows: list[tuple[str, Gain, Gain | None]] = []
    if found.gains.tuning is not None:
        rows.append(("tuning alone", found.gains.tuning, None))
    rows += [(one.name, one.over_given, one.over_tuned) for one in found.gains.candidates]
    for place, (_, over_given, over_tuned) in enumerate(rows):
        label = {"label": "over the given learner"} if place == 0 else {}
        _bar(ax, over_given, place - 0.13, BLUE, "o", **label)
        if over_tuned is not None:
            first = {"label": "over the tuned one"} if over_tuned is rows[-1][2] else {}
            _bar(ax, over_tuned, place + 0.13, ORANGE, "s", **first)
    ax.axvline(0, color=FAINT, lw=0.8)
    ax.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    ax.invert_yaxis()
    ax.set_xlabel(f"gain, points of {found.gains.unit}")
    ax.figure.legend(loc="outside upper left", ncols=2, handletextpad=0.3)


def _bar(ax: Axes, gain: Gain, y: float, colour: str, marker: str, **label: Any) -> None:
    low, high = gain.interval
    ax.plot([100 * low, 100 * high], [y, y], color=colour, lw=1.6)
    ax.plot(100 * gain.estimate, y, marker, color=colour, ms=4.5, **label)


def rounds(ax: Axes, found: Findings) -> None:
    """Held-out and training accuracy over rounds, with the round to stop after."""
    for one, colour in zip(found.curves, (BLUE, ORANGE, GREEN), strict=False):
        t = np.arange(len(one.held_out))
        ax.plot(t, 100 * np.array(one.training), ":", color=colour, lw=1.2)
        ax.plot(t, 100 * np.array(one.held_out), "-o", color=colour, lw=1.6, ms=3, label=one.scheme)
        ax.plot(one.stop, 100 * one.held_out[one.stop], "o", mfc="none", mec=colour, ms=10)
    ax.set_xticks(t)
    ax.set_xlabel("round (circle: stop here)")
    ax.set_ylabel("%")
    ax.plot([], [], ":", color=FAINT, label="labels trained on")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0, handlelength=1.5)


def _parts(found: Findings) -> list:
    cover = found.coverage
    return [cover.whole, *cover.classes[:20], *cover.groups[:20]]


def coverage(ax: Axes, found: Findings) -> None:
    """Share of rows in the consensus set by class and group."""
    parts = _parts(found)
    for place, part in enumerate(parts):
        ax.barh(place, 100 * part.coverage, 0.65, color=ORANGE if part.shrinks else BLUE)
    ax.axvline(100 * found.coverage.whole.coverage, color=FAINT, lw=0.8)
    ax.set_yticks(range(len(parts)), [_short(part.name) for part in parts])
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    ax.set_xlabel("% of rows in the consensus set")


def sensitivity(ax: Axes, found: Findings) -> None:
    """The leading candidate's gain over the tuned learner at other flip rates."""
    told = found.sensitivity
    rates, gain = np.array(told.rates).T
    ax.plot(100 * rates, 100 * gain, color=BLUE, lw=1.6)
    ax.axhline(0, color=FAINT, lw=0.8)
    if found.rate.value is not None:
        ax.axvline(100 * found.rate.value, color=ORANGE, lw=1.2, ls="--")
    ax.set_xlabel("symmetric flip rate, % (dashed: as used)")
    ax.set_ylabel("gain, points")


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"


def _drawn(draw: Callable[[Axes], None], height: float) -> bytes:
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(4.4, height), layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        draw(axes)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
