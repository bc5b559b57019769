"""The page's two questions, with the numbers that answer them."""

from collections.abc import Mapping, Sequence
from typing import Any

from relabel_lab.experiments.page import deep, probe
from relabel_lab.experiments.page.markdown import table
from relabel_lab.experiments.page.statistics import Estimate, accuracy, gain, label_accuracy
from relabel_lab.experiments.records import Record


def questions(runs: Mapping[str, Any]) -> str:
    """The two questions, with the numbers that answer them."""
    parts = ["## Two questions"]
    if "probe" in runs:
        parts.append(_why(runs["probe"].records))
    if "image" in runs:
        parts.append(_why_deep(runs["image"].records))
    if "probe" in runs:
        parts.append(_left(runs["probe"].records))
    for name in ("image", "text"):
        if name in runs:
            parts.append(_left_deep(name, runs[name].records))
    return "\n\n".join(parts)


def _why(records: Sequence[Record]) -> str:
    path, rows = probe.penalties(records), []
    below, above = [], []
    for epsilon in probe.epsilons(records):
        best = best_penalty(records, epsilon)
        gains = {penalty: path_gain(records, epsilon, penalty) for penalty in path}
        below += [found.mean > 0 for penalty, found in gains.items() if penalty < best]
        above += [found.mean > 0 for penalty, found in gains.items() if penalty > best]
        rows.append([f"{epsilon:g}", f"{best:g}", *(g.points(signed=True) for g in gains.values())])
    columns = ["ε", "best for given", *(f"penalty {penalty:g}" for penalty in path)]
    return f"""**Why does consensus win in deep models when it loses for the averaging classifier?**
Gain of consensus over given at the same penalty, and the penalty at which the test accuracy of
`given` is largest (clean labels, for this reading alone):

{table(columns, rows)}

Below the best penalty consensus gains in {sum(below)} of {len(below)} cases, above it in
{sum(above)} of {len(above)}. The features and labels are the same; what decides is how much the
first model is held back. One that is held back too little has fitted flips, and a second training
on fewer and cleaner labels is the regularisation that it lacked. One that is held back enough, as
the averaging classifier is (the limit of a heavy penalty), has averaged the flips out, and a
second training shrinks it once more, unless classes lie equally far apart (the law of many classes
above). Deep models trained to the end on noisy labels are of the
first kind; that this is *why* the paper finds its order is our reading, which the probe supports
and does not prove."""


def _why_deep(records: Sequence[Record]) -> str:
    """The same question put to the residual network."""
    told = []
    for level in deep.levels(records):
        base, found = deep.one(records, level, "given"), deep.one(records, level, "consensus")
        over, full = gain(found, base), gain(deep.one(records, level, "full"), base)
        right = [label_accuracy(found, key).points() for key in ("given", "kept")]
        told.append(
            f"- {deep.name(level)}: consensus {over.points(signed=True)}, full "
            f"{full.points(signed=True)} over given; {right[0]} % of the given labels are right, of "
            f"those kept {right[1]} %."
        )
    lines = "\n".join(told)
    return f"""The residual network on images, where that reading is *not* the whole answer:

{lines}

Its agreement with held-out noisy labels rises to the last epochs (table above), so the first model is
no overtrained one; consensus gains over it all the same, and full retraining does not. What differs
between the two is which labels are learnt: consensus keeps a part in which most are right, full keeps
all, most of them wrong as predicted."""


def best_penalty(records: Sequence[Record], epsilon: float) -> float:
    """The penalty at which given labels give the largest mean test accuracy."""
    told = {
        penalty: accuracy(probe.rows_of(records, "rr", epsilon, "given", penalty)).mean
        for penalty in probe.penalties(records)
    }
    return max(told, key=lambda penalty: told[penalty])


def path_gain(records: Sequence[Record], epsilon: float, penalty: float) -> Estimate:
    """Gain of consensus over given at one penalty."""
    base = probe.rows_of(records, "rr", epsilon, "given", penalty)
    return gain(probe.rows_of(records, "rr", epsilon, "consensus", penalty), base)


def _left(records: Sequence[Record]) -> str:
    least = probe.penalties(records)[0]
    lines = []
    for epsilon in probe.epsilons(records):
        weak = gain(
            probe.rows_of(records, "rr", epsilon, "consensus", least),
            probe.rows_of(records, "rr", epsilon, "given", least),
        )
        left = gain(
            probe.best_of(records, "rr", epsilon, "consensus"),
            probe.best_of(records, "rr", epsilon, "given"),
        )
        same = gain(
            probe.best_of(records, "rr", epsilon, "tuned-consensus"),
            probe.best_of(records, "rr", epsilon, "given"),
        )
        cells = [found.points(signed=True) for found in (weak, left, same)]
        lines.append([f"{epsilon:g}", *cells])
    told = table(
        ["ε", "weak penalty for both", "penalty chosen for each", "penalty chosen for given, kept"],
        lines,
    )
    return f"""**How much of the gain is left over a learner whose regularisation was tuned on noisy
labels?** Gain of consensus over given in the probe:

{told}

In the last column the tuned model is retrained at its own penalty, which regularises twice; in the
middle one the retrained model has its penalty chosen as well, on the same noisy held-out labels."""


def _left_deep(name: str, records: Sequence[Record]) -> str:
    lines = []
    for level in deep.levels(records):
        base, tuned = deep.one(records, level, "given"), deep.one(records, level, "tuned")
        found = deep.one(records, level, "consensus")
        cells = [gain(found, base), gain(tuned, base), gain(found, tuned)]
        lines.append([deep.name(level), *(each.points(signed=True) for each in cells)])
    told = table(
        ["labels", "consensus over given", "tuned over given", "consensus over tuned"], lines
    )
    return f"The same for the {name} experiment:\n\n{told}"
