"""Is the pilot calibrated?  Its intervals and the true gains of problems with known truth."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.lines import Line2D

from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS
from relabel_lab.pilot import study

SUMMARY = "the pilot's intervals against true gains: how often they hold what they should"

MEASURED = Path(study.__file__).resolve().parent / "measured" / "calibration.csv"
WAYS = {
    "rows": "paired rows alone",
    "parts": "rows, repeats, training sets",
    "corrected_t": "Nadeau–Bengio",
    "interval": "the pilot's",
    "together": "the pilot's, for all\ncandidates at once",
}
TRUTHS = {"expected": "expected gain", "in_hand": "models in hand"}
HIT, MISS = COLOURS["full"], COLOURS["consensus"]
NOMINAL = 95.0


class Preset(NamedTuple):
    """Resampled sets of problems behind the intervals of a coverage."""

    resampled: int


PRESETS = {"quick": Preset(2000), "full": Preset(10_000)}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Coverage of each kind of interval, resampled over problems; estimates and true gains."""
    with MEASURED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    problem = np.array([int(row["problem"]) for row in rows])
    numbers = {key: np.array([float(row[key]) for row in rows]) for key in _numeric(rows[0])}
    coverage: dict[str, dict[str, Any]] = {}
    for way in WAYS:
        low, high = numbers[f"{way}_low"], numbers[f"{way}_high"]
        held = {t: (low <= numbers[t]) & (numbers[t] <= high) for t in TRUTHS}
        coverage[way] = {t: _share(held[t], problem, preset.resampled) for t in TRUTHS}
        coverage[way]["width"] = round(float(100 * np.mean(high - low)), 2)
    step(1, 1)
    gains = {key: np.round(100 * numbers[key], 3).tolist() for key in ("estimate", "expected")}
    ends = {end: np.round(100 * numbers[f"interval_{end}"], 3).tolist() for end in ("low", "high")}
    return {
        "source": "pilot/study/measured/calibration.csv",
        "problems": len(set(problem.tolist())),
        "seed": 20,
        "coverage": coverage,
        "gains": {**gains, **ends, "problem": problem.tolist()},
    }


def _numeric(row: dict[str, str]) -> list[str]:
    first = list(row).index("estimate")
    return list(row)[first:]


def _share(held: np.ndarray, problem: np.ndarray, resampled: int) -> dict[str, float]:
    """Per cent that hold, and the 95 % interval of problems drawn anew: gains of one go together."""
    index = np.unique(problem, return_inverse=True)[1]
    hits, size = np.bincount(index, held), np.bincount(index)
    draws = np.random.default_rng(20).integers(0, len(size), (resampled, len(size)))
    shares = hits[draws].sum(axis=1) / size[draws].sum(axis=1)
    found = [held.mean(), *np.quantile(shares, [0.025, 0.975])]
    names = ("share", "low", "high")
    return {name: round(float(100 * x), 2) for name, x in zip(names, found, strict=True)}


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    own, count = data["coverage"]["interval"], len(data["gains"]["estimate"])
    outside = sum(not held for held in _held(data))
    return (
        f"Intervals of the pilot, nominally {NOMINAL:g} %, on {data['problems']} problems whose true gains are known "
        f"({count} gains). Left: share of intervals that hold the true gain, expected over training sets or of "
        "the models in hand, by kind of interval with its mean width in points; bars: 95 % over problems drawn "
        f"anew (seed {data['seed']}). The pilot's own hold {own['expected']['share']:.1f} % of expected gains and "
        f"{own['in_hand']['share']:.1f} % of those in hand. Right: estimated against true expected gain with the pilot's "
        f"intervals; {outside} of {count} miss (orange). From the recorded study {data['source']}; nothing is trained here."
    )


def _held(data: dict[str, Any]) -> list[bool]:
    gains = data["gains"]
    places = zip(gains["low"], gains["expected"], gains["high"], strict=True)
    return [low <= truth <= high for low, truth, high in places]


def draw(data: dict[str, Any]) -> Any:
    """Coverage by kind of interval, and every interval."""
    figure, (left, right) = new_figure(1, 2, 9.4, 4.3, width_ratios=(1, 1.1))
    _draw_coverage(left, data["coverage"])
    _draw_gains(right, data)
    return figure


def _draw_coverage(axis: Any, coverage: dict[str, Any]) -> None:
    axis.axvline(NOMINAL, color="black", linewidth=0.8, linestyle="--")
    styles = {"expected": ("o", COLOURS["full"], -0.13), "in_hand": ("s", COLOURS["initial"], 0.13)}
    for place, way in enumerate(WAYS):
        for truth, (marker, colour, aside) in styles.items():
            share, low, high = (coverage[way][truth][key] for key in ("share", "low", "high"))
            bars = [[share - low], [high - share]]
            axis.errorbar(
                share, place + aside, xerr=bars, fmt=marker, color=colour, markersize=5,
                markerfacecolor="white", linewidth=1.2, capsize=2,
            )  # fmt: skip
    words = [f"{text}\n({coverage[way]['width']:.0f} points wide)" for way, text in WAYS.items()]
    axis.set_yticks(range(len(WAYS)), words, fontsize=8.5)
    axis.set_ylim(len(WAYS) - 0.5, -0.5)
    axis.set_xlabel("intervals that hold the true gain (%)")
    handles = [
        Line2D([], [], ls="", marker=marker, mfc="white", color=colour, label=TRUTHS[truth])
        for truth, (marker, colour, _) in styles.items()
    ]
    handles.append(Line2D([], [], color="black", lw=0.8, ls="--", label=f"{NOMINAL:g} %"))
    axis.legend(handles=handles, loc="lower left", fontsize=8)


def _draw_gains(axis: Any, data: dict[str, Any]) -> None:
    gains = {key: np.array(values, float) for key, values in data["gains"].items()}
    held = np.array(_held(data))
    for some, colour, order, name in ((held, HIT, 1, "holds"), (~held, MISS, 2, "misses")):
        y, x = gains["estimate"][some], gains["expected"][some]
        bars = [y - gains["low"][some], gains["high"][some] - y]
        axis.errorbar(
            x, y, bars, fmt="o", color=colour, markersize=2.5, linewidth=0.5,
            alpha=0.45 if order == 1 else 0.95, zorder=order, rasterized=True, label=f"interval {name}",
        )  # fmt: skip
    ends = [float(gains["expected"].min()) - 2, float(gains["expected"].max()) + 2]
    axis.plot(ends, ends, color="black", linewidth=0.8, linestyle="--", zorder=3)
    axis.set_xlabel("true expected gain (points of accuracy)")
    axis.set_ylabel("estimated gain (points of accuracy)")
    axis.legend(loc="upper left", fontsize=8)
