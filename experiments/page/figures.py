"""Pictures of the page, drawn from the committed records alone."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from relabel_lab.experiments.page import deep
from relabel_lab.experiments.page.law import gains
from relabel_lab.experiments.page.paper import CIFAR10
from relabel_lab.experiments.page.probe import epsilons, penalties, rows_of
from relabel_lab.experiments.page.statistics import BySeed, accuracy
from relabel_lab.experiments.records import Record

# Okabe and Ito's palette: told apart with every common colour vision.
COLOURS = {
    "given": "#555555",
    "full": "#0072b2",
    "consensus": "#d55e00",
    "crossfit-consensus": "#009e73",
}
LOOK: Any = {
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 9,
    "grid.alpha": 0.25,
    "legend.edgecolor": "none",
}


def source_of(data: Any) -> str:
    """What a picture was drawn from, as a checksum that the picture carries."""
    return hashlib.sha256(repr(data).encode()).hexdigest()


def paths_picture(records: Sequence[Record]) -> bytes:
    """Test accuracy along the path of penalties, a panel an ε, a line an arm."""
    levels, path = epsilons(records), penalties(records)
    columns = min(3, len(levels))
    rows = -(-len(levels) // columns)
    with matplotlib.rc_context(LOOK):
        figure = Figure((8.4, 2.7 * rows), dpi=150, layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False, sharex=True)
        for axis, epsilon in zip(axes.flat, levels, strict=False):
            for arm, colour in COLOURS.items():
                _line(axis, records, epsilon, arm, path, colour)
            axis.set_title(f"ε = {epsilon:g}")
            axis.set_xscale("log")
        for axis in axes[-1]:
            axis.set_xlabel("penalty")
        for axis in axes[:, 0]:
            axis.set_ylabel("test accuracy (%)")
        for axis in axes.flat[len(levels) :]:
            axis.remove()
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper center", ncols=len(names))
        return _png(figure, source_of(records))


def _line(
    axis: Any,
    records: Sequence[Record],
    epsilon: float,
    arm: str,
    path: Sequence[float],
    colour: str,
) -> None:
    told = [accuracy(rows_of(records, "rr", epsilon, arm, penalty)) for penalty in path]
    mean = 100 * np.array([each.mean for each in told])
    half = 100 * np.nan_to_num([each.half for each in told])
    axis.errorbar(path, mean, half, color=colour, marker="o", capsize=2, label=arm)


def law_picture(law: Mapping[str, Any]) -> bytes:
    """Predicted against measured gains on the pairs of classes, full and consensus."""
    with matplotlib.rc_context(LOOK):
        figure = Figure((7.2, 3.6), dpi=150, layout="constrained")
        axes = figure.subplots(1, 2, sharex=True, sharey=True)
        for axis, arm in zip(axes, ("full", "consensus"), strict=True):
            measured, predicted = gains(law, arm)
            level = np.array([pair["epsilon"] for pair in law["pairs"]])
            for mark, epsilon in zip("so^D", sorted(set(level)), strict=False):
                one = level == epsilon
                axis.plot(
                    100 * predicted[one], 100 * measured[one], mark, markersize=3.5, alpha=0.7,
                    label=f"ε = {epsilon:g}",
                )  # fmt: skip
            ends = [min(predicted.min(), measured.min()), max(predicted.max(), measured.max())]
            axis.plot(100 * np.array(ends), 100 * np.array(ends), color="black", linewidth=0.8)
            axis.set_title(f"{arm} retraining")
            axis.set_xlabel("predicted gain (points)")
        axes[0].set_ylabel("measured gain (points)")
        axes[0].legend()
        return _png(figure, source_of(law))


def gains_picture(records: Sequence[Record]) -> bytes:
    """Gains over given, a panel an ε: every seed a dot, the mean a bar, the paper's gain a diamond."""
    told = {row.epsilon: row.accuracy for row in CIFAR10}
    levels = [level for level in deep.levels(records) if level[1] is not None]
    with matplotlib.rc_context(LOOK):
        figure = Figure((3.6 * len(levels), 3.0), dpi=150, layout="constrained")
        axes = figure.subplots(1, len(levels), squeeze=False, sharey=True)[0]
        for axis, level in zip(axes, levels, strict=True):
            base = deep.one(records, level, "given")
            for place, arm in enumerate(SHOWN):
                _dots(axis, place, deep.one(records, level, arm), base, COLOURS[arm])
            if level[1] in told:
                given, *others = told[level[1]]
                paper = [each - given for each in others]
                axis.plot(range(len(paper)), paper, "kD", mfc="none", label="paper (CIFAR-10)")
            axis.axhline(0, color="black", linewidth=0.8)
            axis.set_xticks(range(len(SHOWN)), ("full", "consensus", "cross-fitted\nconsensus"))
            axis.set_xlim(-0.6, len(SHOWN) - 0.4)
            axis.set_title(deep.name(level))
        axes[0].set_ylabel("gain over given (points)")
        axes[-1].legend(loc="lower right")
        return _png(figure, source_of(records))


SHOWN = ("full", "consensus", "crossfit-consensus")


def _dots(axis: Any, place: int, found: BySeed, base: BySeed, colour: str) -> None:
    """One arm's gains: their mean as a bar, each seed as a dot."""
    both = sorted(set(found) & set(base))
    gained = [100 * (found[seed].accuracy - base[seed].accuracy) for seed in both]
    if gained:
        axis.bar(place, np.mean(gained), 0.5, color=colour, alpha=0.35)
        axis.plot([place] * len(gained), gained, "o", color=colour, markersize=4)


def _png(figure: Figure, source: str) -> bytes:
    """The picture without version stamps, with the checksum of its data."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None, "Source": source})
    return buffer.getvalue()
