"""Theory against measurements: pairs of CIFAR-10 classes, and all ten (R5, R13)."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.lines import Line2D

from relabel_lab import experiments
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS, MARKERS, plain_log_axis

SUMMARY = "gains predicted (R5) and measured on pairs of CIFAR-10 classes, and all ten classes"

MEASURED = Path(experiments.__file__).resolve().parent / "measured" / "probe-small"
NAMES = ("full", "consensus")
ARMS = {"given": "initial", "full": "full", "consensus": "consensus"}
TESTED = 2000  # test images of a pair


class Preset(NamedTuple):
    """Values of epsilon of the pairs."""

    epsilon: tuple[float, ...]


PRESETS = {"quick": Preset((0.25, 0.5, 1.0, 2.0)), "full": Preset((0.25, 0.5, 1.0, 2.0))}


def compute(preset: Preset, step: Step) -> dict[str, Any]:
    """Points of accuracy gained over the given labels, pair by pair; accuracies over epsilon."""
    law = json.loads((MEASURED / "law.json").read_text(encoding="utf-8"))
    pairs = [
        {
            "pair": pair["pair"],
            "rho": pair["rho"],
            "epsilon": pair["epsilon"],
            "n": pair["n"],
            "d": pair["d"],
            **{f"{kind}": _gains(pair[kind]) for kind in ("predicted", "measured")},
            "error": _errors(pair["measured"]),
        }
        for pair in law["pairs"]
        if pair["epsilon"] in preset.epsilon
    ]
    step(1, 1)
    return {"source": "experiments/measured/probe-small", "pairs": pairs, "ten": _ten()}


def _gains(found: dict[str, Any]) -> dict[str, float]:
    first = found["given"]["accuracy"]
    return {name: round(100 * (found[name]["accuracy"] - first), 4) for name in NAMES}


def _errors(found: dict[str, Any]) -> dict[str, float]:
    """At most the standard error of a gain: as if the two models erred on different images."""
    variance = {k: v["accuracy"] * (1 - v["accuracy"]) / TESTED for k, v in found.items()}
    return {name: round(100 * (variance["given"] + variance[name]) ** 0.5, 4) for name in NAMES}


def _ten() -> dict[str, Any]:
    """Mean, deviation and number of seeds by arm and epsilon, the best penalty by held-out labels."""
    found: dict[tuple[str, float], dict[int, Any]] = {}
    lines = (MEASURED / "records.jsonl").read_text(encoding="utf-8").splitlines()
    for record in map(json.loads, lines):
        if record.get("noise") != "rr" or record["arm"] not in ARMS or record["held_out"] is None:
            continue
        seeds = found.setdefault((record["arm"], record["epsilon"]), {})
        best = seeds.get(record["seed"])
        if best is None or record["held_out"] > best["held_out"]:
            seeds[record["seed"]] = record
    told: dict[str, Any] = {arm: [] for arm in ARMS}
    for (arm, epsilon), seeds in sorted(found.items()):
        values = 100 * np.array([record["accuracy"] for record in seeds.values()])
        spread = float(values.std(ddof=1)) if len(values) > 1 else None
        told[arm].append([epsilon, round(float(values.mean()), 3), spread, len(values)])
    return told


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    pairs = data["pairs"]
    levels = sorted({pair["epsilon"] for pair in pairs})
    gaps = [p["measured"][k] - p["predicted"][k] for p in pairs for k in NAMES]
    gained = {
        k: np.mean([(p["measured"][k] > 0) == (p["predicted"][k] > 0) for p in pairs])
        for k in NAMES
    }
    signs = " and ".join(f"{100 * share:.0f} % ({name})" for name, share in gained.items())
    seeds = sorted({row[3] for rows in data["ten"].values() for row in rows})
    return (
        f"Left: points of accuracy that one round adds on the {len(pairs) // len(levels)} pairs of CIFAR-10 "
        "classes (averaging classifier on "
        f"{pairs[0]['d']} random convolutional features) whose labels went through randomised response with "
        f"ε = {', '.join(f'{x:g}' for x in levels)}, measured on {TESTED} test images against the prediction "
        "from the features alone; bars: at most one standard error. Measured less predicted has mean "
        f"{np.mean(gaps):.1f} and deviation {np.std(gaps):.1f} points; the sign agrees for {signs}. Right: all "
        "ten classes, softmax regression on the same features, accuracy after one round of each scheme over "
        f"ε; penalty chosen on held-out noisy labels, bars: one deviation over {_range(seeds)} seeds. From "
        f"the recorded measurements {data['source']}; nothing is simulated or trained here."
    )


def _range(seeds: list[int]) -> str:
    return str(seeds[0]) if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"


def draw(data: dict[str, Any]) -> Any:
    """Measured against predicted gains, and ten classes over epsilon."""
    figure, (left, right) = new_figure(1, 2, 8.6, 4.1)
    every = []
    for name in NAMES:
        predicted, measured, error = (
            [pair[kind][name] for pair in data["pairs"]]
            for kind in ("predicted", "measured", "error")
        )
        left.errorbar(
            predicted, measured, error, fmt=MARKERS[name], color=COLOURS[name], markersize=3,
            linewidth=0.6, alpha=0.7, linestyle="",
        )  # fmt: skip
        every += predicted + measured
    ends = [min(every) - 1, max(every) + 1]
    left.plot(ends, ends, color="black", linewidth=0.8, linestyle="--", zorder=0)
    left.set_xlabel("predicted gain (points of accuracy)")
    left.set_ylabel("measured gain (points of accuracy)")
    left.set_title("pairs of classes, averaging classifier")
    for arm, scheme in ARMS.items():
        epsilon, mean, spread, _ = zip(*data["ten"][arm], strict=True)
        bars = np.array(spread, float)
        right.errorbar(
            epsilon,
            mean,
            bars,
            color=COLOURS[scheme],
            marker=MARKERS[scheme],
            mfc="white",
            capsize=2,
        )
    plain_log_axis(right.xaxis, [0.5, 1, 2, 3, 4, 6])
    right.set_xlabel(r"privacy parameter $\varepsilon$")
    right.set_ylabel("test accuracy (%)")
    right.set_title("ten classes, softmax regression")
    handles = [
        Line2D([], [], color=COLOURS[each], marker=MARKERS[each], mfc="white", label=each)
        for each in ARMS.values()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure
