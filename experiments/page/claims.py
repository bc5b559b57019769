"""Which of the paper's claims held here: each as a paired gain and a verdict by its interval."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from relabel_lab.experiments.page import deep, probe
from relabel_lab.experiments.page.markdown import table
from relabel_lab.experiments.page.statistics import BySeed, Estimate, gain

CLAIMS = (
    ("full above given", "full", "given"),
    ("consensus above given", "consensus", "given"),
    ("consensus above full", "consensus", "full"),
    ("consensus above tuned", "consensus", "tuned"),
)
"""Name, arm and the arm that it is to exceed; the last is ours to ask, the paper does not."""

CHANGED = "text, changed preset"
"""Rows of the text preset as it is since the others were made."""

Find = Callable[[str], BySeed]


def verdict(found: Estimate) -> str:
    """Whether a gain is above zero by its 95 % interval; a single seed decides nothing."""
    if not found.seeds:
        return "—"
    told = found.points(signed=True)
    if np.isnan(found.half):
        return f"one seed: {told}"
    if found.mean - found.half > 0:
        return f"**yes**: {told}"
    return f"**reversed**: {told}" if found.mean + found.half < 0 else f"open: {told}"


def claims(runs: Mapping[str, Any]) -> str:
    """The section with one row an experiment and ε, and how often each claim held."""
    rows, found = [], []
    for where, epsilon, find in settings(runs):
        gains = [gain(find(arm), find(base)) for _, arm, base in CLAIMS]
        found.append(gains)
        rows.append([where, f"{epsilon:g}", *(verdict(each) for each in gains)])
    told = table(["experiment", "ε", *(name for name, _, _ in CLAIMS)], rows)
    lines = "\n".join(
        f"- *{name}*: {counted([gains[i] for gains in found])}"
        for i, (name, _, _) in enumerate(CLAIMS)
    )
    return f"""## Which of the paper's claims held here

A claim holds in a row if the 95 % interval of the paired gain over seeds lies above zero, is
*reversed* if it lies below, else it is *open*: with three seeds an interval is wide, and open does
not mean untrue. Many rows are looked at together: of forty true ties one on average would be called
a yes and one reversed. In the probe with chosen penalties `given` is itself the tuned learner.

{told}

{lines}"""


def counted(gains: Sequence[Estimate]) -> str:
    """How many rows say what."""
    words = [verdict(each).split(":")[0].strip("*") for each in gains if each.seeds]
    held = [f"{word} in {words.count(word)}" for word in dict.fromkeys(words)]
    signs = sum(each.mean > 0 for each in gains if each.seeds)
    return f"{', '.join(held)} of {len(words)} rows; the mean gain is above zero in {signs}."


def settings(runs: Mapping[str, Any]) -> list[tuple[str, float, Find]]:
    """Every experiment at every ε, and how its rows are found by the name of the arm."""
    found: list[tuple[str, float, Find]] = []
    if "probe" in runs:
        found += _probe(runs["probe"].records)
    for name in ("image", "text", CHANGED):
        if name in runs:
            found += _deep(name, runs[name].records)
    return found


def _probe(records: Sequence[Any]) -> list[tuple[str, float, Find]]:
    """All arms at the weakest penalty, then each at the penalty chosen for it."""
    least, levels = probe.penalties(records)[0], probe.epsilons(records)

    def weak(epsilon: float, arm: str) -> BySeed:
        return probe.rows_of(records, "rr", epsilon, arm, least) if arm != "tuned" else {}

    def chosen(epsilon: float, arm: str) -> BySeed:
        return probe.best_of(records, "rr", epsilon, arm) if arm != "tuned" else {}

    kinds = (("probe, weak penalty", weak), ("probe, chosen penalty", chosen))
    return [(name, level, partial(find, level)) for name, find in kinds for level in levels]


def _deep(name: str, records: Sequence[Any]) -> list[tuple[str, float, Find]]:
    levels = [level for level in deep.levels(records) if level[1] is not None]
    return [(name, level[1] or 0.0, partial(deep.one, records, level)) for level in levels]
