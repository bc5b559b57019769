"""Who is left out of the consensus set: a group of smaller margin, or of noisier labels."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.lines import Line2D
from scipy.special import ndtr

from relabel_lab.figures.asked import Asked
from relabel_lab.figures.fitting import new_figure
from relabel_lab.figures.registry import Step
from relabel_lab.figures.style import COLOURS

SUMMARY = "consensus by subgroup: who is kept and who gains, where one group is harder or noisier"
DEFAULTS = Asked(alpha=(2.0,))

SHARE = 0.25  # of the group
P, RHO = 0.3, 2.25  # of everybody else, whose margin is 1
MARGINS = (1.0, 0.15)
FLIPS = (0.3, 0.5)
KINDS = {"margin": "margin in the group", "flips": "$p$ in the group"}
GROUPS = ("rest", "group")


class Preset(NamedTuple):
    """Noise dimensions, simulated points, seeds of each, points of the lines."""

    r: int
    points: int
    seeds: int
    fine: int


PRESETS = {"quick": Preset(300, 5, 64, 41), "full": Preset(1000, 8, 60, 161)}


class Case(NamedTuple):
    """Margins and flip probabilities of the rest and of the group, and their shares."""

    m: np.ndarray
    p: np.ndarray
    share: np.ndarray


def compute(preset: Preset, step: Step, asked: Asked = DEFAULTS) -> dict[str, Any]:
    """Coverage, labels and gains by group, over how much the group differs."""
    (alpha,) = asked.alpha or ()
    n = max(10, round(alpha * preset.r))
    rng = np.random.default_rng(18)
    panels = []
    for number, (kind, (low, high)) in enumerate(zip(KINDS, (MARGINS, FLIPS), strict=True)):
        x, fine = (np.linspace(low, high, count) for count in (preset.points, preset.fine))
        points = []
        for place, each in enumerate(x.tolist(), number * len(x)):
            seeds = [_drawn(rng, _case(kind, each), n, preset.r) for _ in range(preset.seeds)]
            points.append(_summary(seeds))
            step(place + 1, 2 * preset.points)
        lines = [predicted(_case(kind, each), n / preset.r) for each in fine.tolist()]
        panels.append(
            {
                "kind": kind,
                "x": x.tolist(),
                "fine": fine.tolist(),
                "simulated": {
                    what: {end: [pt[what][end] for pt in points] for end in ("mean", "error")}
                    for what in points[0]
                },
                "predicted": {what: [line[what] for line in lines] for what in lines[0]},
            }
        )
    told = {"p": P, "rho": RHO, "share": SHARE, "n": n, "r": preset.r, "seeds": preset.seeds}
    return {**told, "seed": 18, "engine": "drawn data", "panels": panels}


def _case(kind: str, value: float) -> Case:
    m = np.array([1.0, value if kind == "margin" else 1.0])
    p = np.array([P, value if kind == "flips" else P])
    return Case(m, p, np.array([1 - SHARE, SHARE]))


def predicted(case: Case, alpha: float) -> dict[str, float]:
    """The limit R5 for a margin and a flip probability that both depend on the group.

    The score of a sample is A + s (k + eps) with A proportional to its margin: whether its
    predicted label is right depends on its group through m alone, whether its given one is
    through p.
    """
    m, p, share = case
    k = alpha**-0.5
    a0 = share @ (m * (1 - 2 * p))
    A = RHO * a0 / k * m
    right, rescued = ndtr(A + k), ndtr(A - k)  # given label right, wrong
    kept = (1 - p) * right + p * (1 - rescued)
    clean = (1 - p) * right / kept
    a1 = share @ (m * ((1 - p) * (2 * right - 1) + p * (2 * rescued - 1)))
    c = 2 * share @ kept - 1
    b = share @ (2 * ((1 - p) * _density(A + k) + p * _density(A - k)))
    kappa = {
        "initial": RHO * a0 / k,
        "full": RHO * a1 / np.sqrt(k**2 + 2 * c * b * k + b**2),
        "consensus": RHO * (a0 + a1) / np.sqrt(2 * (1 + c) * (k**2 + b * k) + b**2),
    }
    return _named(kept, clean, {name: ndtr(m * value) for name, value in kappa.items()})


def _density(x: np.ndarray) -> np.ndarray:
    return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


def _drawn(rng: np.random.Generator, case: Case, n: int, r: int) -> dict[str, float]:
    """One data set, its three models, and what they do to each group; exact accuracies (R1)."""
    group = (rng.random(n) < SHARE).astype(int)
    y = np.where(rng.random(n) < 0.5, 1.0, -1.0)
    given = np.where(rng.random(n) < case.p[group], -y, y)
    noise = rng.standard_normal((n, r), np.float32)
    signal = y * case.m[group] * np.sqrt(RHO)

    def model(labels: np.ndarray) -> tuple[float, np.ndarray]:
        return float(labels @ signal), labels.astype(np.float32) @ noise

    along, across = model(given)
    label = np.sign(along * signal + noise @ across)
    same = label == given
    models = {
        "initial": (along, across),
        "full": model(label),
        "consensus": model(np.where(same, given, 0.0)),
    }
    members = [group == g for g in range(2)]
    kept = np.array([same[who].mean() for who in members])
    clean = np.array([(given == y)[who & same].mean() for who in members])
    size = np.sqrt(RHO)
    accuracy = {
        name: ndtr(case.m * size * one / np.linalg.norm(other))
        for name, (one, other) in models.items()
    }
    return _named(kept, clean, accuracy)


def _named(kept: Any, clean: Any, accuracy: dict[str, Any]) -> dict[str, float]:
    """By name and group, in per cent and points."""
    told = {}
    for i, who in enumerate(GROUPS):
        told[f"kept, {who}"] = 100 * float(kept[i])
        told[f"clean, {who}"] = 100 * float(clean[i])
        for name in ("full", "consensus"):
            told[f"{name}, {who}"] = 100 * float(accuracy[name][i] - accuracy["initial"][i])
    return told


def _summary(seeds: list[dict[str, float]]) -> dict[str, Any]:
    found = {what: np.array([seed[what] for seed in seeds]) for what in seeds[0]}
    return {
        what: {"mean": float(x.mean()), "error": float(x.std(ddof=1) / len(x) ** 0.5)}
        for what, x in found.items()
    }


def caption(data: dict[str, Any]) -> str:
    """What is drawn, from the data."""
    return (
        f"A group of {100 * data['share']:g} % of the samples has a smaller margin than the rest (above) or noisier "
        f"labels (below); the rest has margin 1 and p = {data['p']:g}; ρ = {data['rho']:g}, n/(d-1) = "
        f"{data['n'] / data['r']:g}. Left: share of each that the consensus set keeps. Middle: correct labels "
        "among those kept. Right: points of population accuracy that one round adds for each. Lines: the "
        f"limit R5 with both groups in it. Markers: means of {data['seeds']} drawn data sets (n = {data['n']:,}, d - 1 = "
        f"{data['r']:,}, seed {data['seed']}) with 95 % intervals. One classifier serves both groups, so that noisier labels "
        f"of one cost both alike (lines coincide).{_remark(data)}"
    )


def _remark(data: dict[str, Any]) -> str:
    """What the default picture shows; other ratios n/(d-1) may show something else."""
    if data["asked"]["alpha"] != list(DEFAULTS.alpha or ()):
        return ""
    return (
        " The consensus set hardly notices a harder group: the model remembers given labels, right or wrong, "
        "and keeps the group as often as the rest, with more errors; below half the margin it gains less. "
        "Samples with noisier labels are kept less often, and those kept stay noisier."
    )


def draw(data: dict[str, Any]) -> Any:
    """A row a kind of group; dashed and filled: the group, solid and hollow: the rest."""
    figure, axes = new_figure(2, 3, 9.6, 6.0)
    parts = (("kept",), ("clean",), ("full", "consensus"))
    colours = {"kept": COLOURS["consensus"], "clean": COLOURS["consensus"], **COLOURS}
    words = ("kept by consensus (%)", "correct labels among kept (%)", "points of accuracy gained")
    for row, panel in zip(axes, data["panels"], strict=True):
        for axis, names, label in zip(row, parts, words, strict=True):
            for name in names:
                for who in GROUPS:
                    _draw_line(axis, panel, f"{name}, {who}", colours[name])
            axis.set_ylabel(label)
            axis.set_xlabel(KINDS[panel["kind"]])
            if panel["kind"] == "margin":
                axis.invert_xaxis()
        row[2].axhline(0, color="#777777", linewidth=0.8)
    both: Any = {"color": "#333333", "marker": "o"}
    handles = [
        Line2D([], [], mfc="white", label="the rest", **both),
        Line2D([], [], ls="--", label="the group", **both),
        *(Line2D([], [], color=COLOURS[n], lw=3, label=n) for n in ("full", "consensus")),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def _draw_line(axis: Any, panel: dict[str, Any], what: str, colour: str) -> None:
    group = what.endswith("group")
    axis.plot(panel["fine"], panel["predicted"][what], "--" if group else "-", color=colour)
    points = panel["simulated"][what]
    axis.errorbar(
        panel["x"], points["mean"], 1.96 * np.array(points["error"]), fmt="o", color=colour,
        markersize=4.5, markerfacecolor=colour if group else "white", linewidth=1,
    )  # fmt: skip
