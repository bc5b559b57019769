"""Tables of the image and text experiments, ours beside the paper's rows."""

from collections.abc import Sequence

from relabel_lab.experiments.page.markdown import table
from relabel_lab.experiments.page.paper import Row
from relabel_lab.experiments.page.statistics import (
    accuracy,
    by_seed,
    gain,
    kept_share,
    label_accuracy,
)
from relabel_lab.experiments.records import Record

ORDER = (
    "tuned", "full", "consensus", "crossfit-consensus", "tuned-full", "tuned-consensus",
    "confident", "forward", "forward-consensus", "full-3", "consensus-3",
)  # fmt: skip
Level = tuple[str, float | None]


def levels(records: Sequence[Record]) -> list[Level]:
    """Noises in the records: randomised response by ε, then the others."""
    found = {(record.noise, record.epsilon) for record in records}
    return sorted(found, key=lambda level: (level[1] is None, level[1] or 0.0, level[0]))


def one(records: Sequence[Record], level: Level, arm: str) -> dict[int, Record]:
    """One arm at one level, by seed."""
    return by_seed(records, lambda r: (r.noise, r.epsilon, r.arm) == (*level, arm))


def gains_table(records: Sequence[Record]) -> str:
    """Accuracy of the given labels, and the paired gain of every arm."""
    there = {record.arm for record in records}
    arms = [arm for arm in ORDER if arm in there]
    rows = []
    for level in levels(records):
        base = one(records, level, "given")
        gains = [gain(one(records, level, arm), base).points(signed=True) for arm in arms]
        rows.append([name(level), len(base), accuracy(base).points(), *gains])
    return table(["labels", "seeds", "given", *arms], rows)


def over_tuned_table(records: Sequence[Record]) -> str:
    """What retraining adds to the baseline tuned on noisy held-out labels."""
    rows = []
    for level in levels(records):
        base = one(records, level, "tuned")
        found = [one(records, level, arm) for arm in _OVER]
        if base:
            gains = [gain(arm, base).points(signed=True) for arm in found]
            rows.append([name(level), len(base), accuracy(base).points(), *gains])
    return table(["labels", "seeds", "tuned", *_OVER], rows)


_OVER = ("full", "consensus", "crossfit-consensus", "tuned-full", "tuned-consensus")


def labels_table(records: Sequence[Record], samples: int) -> str:
    """Label accuracies and the share kept by consensus, in-sample and cross-fitted."""
    rows = []
    for level in levels(records):
        for arm in ("consensus", "crossfit-consensus"):
            found = one(records, level, arm)
            if found:
                accuracies = [
                    label_accuracy(found, key).points() for key in ("given", "all", "kept")
                ]
                kept = kept_share(found, samples).points()
                rows.append([name(level), arm, *accuracies, kept])
    return table(["labels", "arm", "given", "predicted", "on the kept", "kept"], rows)


def beside_paper(records: Sequence[Record], paper: Sequence[Row]) -> str:
    """Baseline, full and consensus: the paper's numbers and ours at the same ε."""
    rows = []
    for row in paper:
        ours = [one(records, ("rr", row.epsilon), arm) for arm in _THREE]
        told = [
            f"{mean:.2f} ± {spread:.2f}"
            for mean, spread in zip(row.accuracy, row.deviation, strict=True)
        ]
        rows.append([f"{row.epsilon:g}", *told, *(accuracy(found).points() for found in ours)])
    columns = [*(f"paper: {arm}" for arm in _THREE), *(f"here: {arm}" for arm in _THREE)]
    return table(["ε", *columns], rows)


_THREE = ("given", "full", "consensus")


def name(level: Level) -> str:
    """Name of a level in tables."""
    noise, epsilon = level
    return noise if epsilon is None else f"ε = {epsilon:g}"
