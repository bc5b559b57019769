"""Theory beside the probe: the binary law on pairs of classes, and the learner's part."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from relabel_lab.experiments.page.markdown import table
from relabel_lab.experiments.page.statistics import (
    Estimate,
    accuracy,
    by_seed,
    estimate,
    gain,
    kept_share,
    label_accuracy,
)
from relabel_lab.experiments.records import Record

ARMS = ("given", "full", "consensus")


def pairs_table(law: Mapping[str, Any]) -> str:
    """Means over the pairs of classes, measured and predicted, by ε."""
    rows = []
    for epsilon in sorted({pair["epsilon"] for pair in law["pairs"]}):
        pairs = [pair for pair in law["pairs"] if pair["epsilon"] == epsilon]
        cells = [_both(pairs, arm, "accuracy") for arm in ARMS]
        labels = [_both(pairs, arm, "labels") for arm in ARMS[1:]]
        rows.append([f"{epsilon:g}", *cells, *labels])
    columns = ["given", "full", "consensus", "labels, full", "labels, consensus"]
    return table(["ε", *columns], rows)


def _both(pairs: Sequence[Mapping[str, Any]], arm: str, what: str) -> str:
    measured, predicted = (
        100 * np.mean([pair[kind][arm][what] for pair in pairs])
        for kind in ("measured", "predicted")
    )
    return f"{measured:.1f} / {predicted:.1f}"


def gain_errors(law: Mapping[str, Any], arm: str, base: str = "given") -> Estimate:
    """Predicted minus measured gain of an arm over all pairs and ε."""
    return estimate(
        sum(
            sign * (pair[kind][arm]["accuracy"] - pair[kind][base]["accuracy"])
            for sign, kind in ((1, "predicted"), (-1, "measured"))
        )
        for pair in law["pairs"]
    )


def gain_correlation(law: Mapping[str, Any], arm: str) -> float:
    """Correlation over pairs and ε of predicted and measured gains."""
    measured, predicted = gains(law, arm)
    return float(np.corrcoef(measured, predicted)[0, 1])


def gains(law: Mapping[str, Any], arm: str) -> tuple[np.ndarray, np.ndarray]:
    """Measured and predicted gains of an arm, one a pair and ε."""
    measured, predicted = (
        np.array([p[kind][arm]["accuracy"] - p[kind]["given"]["accuracy"] for p in law["pairs"]])
        for kind in ("measured", "predicted")
    )
    return measured, predicted


def full_over_consensus(law: Mapping[str, Any]) -> tuple[float, float]:
    """Mean difference of accuracies over pairs and ε: measured, predicted."""
    means = (
        float(
            np.mean(
                [
                    p[kind]["full"]["accuracy"] - p[kind]["consensus"]["accuracy"]
                    for p in law["pairs"]
                ]
            )
        )
        for kind in ("measured", "predicted")
    )
    measured, predicted = means
    return measured, predicted


def learners_table(records: Sequence[Record]) -> str:
    """A learner a row, an ε a column: accuracy of given labels (gain of full, of consensus)."""
    levels = _levels(records)
    rows = [
        [told, *(_cell(records, epsilon, setting) for epsilon in levels)]
        for told, setting in _learners(records)
    ]
    return table(["learner", *(f"ε = {epsilon:g}" for epsilon in levels)], rows)


def _cell(records: Sequence[Record], epsilon: float, setting: Mapping[str, Any]) -> str:
    given, full, consensus = (_rows(records, epsilon, arm, setting) for arm in ARMS)
    if not given:
        return "—"
    gains = (gain(found, given).mean for found in (full, consensus))
    return f"{100 * accuracy(given).mean:.1f} ({', '.join(f'{100 * each:+.1f}' for each in gains)})"


def orders(records: Sequence[Record]) -> tuple[int, int, int]:
    """Of all learners and ε: how many there are, consensus above full, consensus above given."""
    count = above_full = above_given = 0
    for epsilon in _levels(records):
        for _, setting in _learners(records):
            given, full, consensus = (_rows(records, epsilon, arm, setting) for arm in ARMS)
            if given:
                count += 1
                above_full += gain(consensus, full).mean > 0
                above_given += gain(consensus, given).mean > 0
    return count, above_full, above_given


def _levels(records: Sequence[Record]) -> list[float]:
    return sorted({r.epsilon for r in records if r.noise == "rr" and r.epsilon is not None})


def _rows(
    records: Sequence[Record], epsilon: float, arm: str, setting: Mapping[str, Any]
) -> dict[int, Record]:
    wanted = ("rr", epsilon, arm, setting)
    return by_seed(records, lambda r: (r.noise, r.epsilon, r.arm, r.setting) == wanted)


def _learners(records: Sequence[Record]) -> list[tuple[str, dict[str, Any]]]:
    """Learners from the most to the least regularised."""
    settings = {tuple(sorted(r.setting.items())): r.setting for r in records if r.arm == "given"}
    order = {"averaging": 0, "ridge": 1, None: 2}
    ranked = sorted(
        settings.values(),
        key=lambda s: (order[s.get("learner")], s.get("features", ""), -s.get("penalty", 0)),
    )
    return [(_told(setting), setting) for setting in ranked]


def _told(setting: Mapping[str, Any]) -> str:
    if setting.get("learner") == "averaging":
        return f"averaging, {setting['features']} features"
    return f"{setting.get('learner', 'logistic')}, penalty {setting['penalty']:g}"


WHITE = {"learner": "averaging", "features": "whitened"}


def classes_table(records: Sequence[Record], law: Mapping[str, Any]) -> str:
    """All classes at once, measured / predicted, by ε."""
    rows = []
    for told in law["classes"]:
        found = {arm: _rows(records, told["epsilon"], arm, WHITE) for arm in ARMS}
        base = accuracy(found["given"]).mean
        cells = [f"{100 * base:.1f} / {100 * told['given']['accuracy']:.1f}"]
        for arm in ARMS[1:]:
            measured = gain(found[arm], found["given"]).mean
            predicted = _over(told, arm)
            cells.append(f"{100 * measured:+.1f} / {100 * predicted:+.1f}")
        for arm in ARMS[1:]:
            measured = label_accuracy(found[arm], "kept").mean
            cells.append(f"{100 * measured:.1f} / {100 * told[arm]['labels']:.1f}")
        kept = kept_share(found["consensus"], law["estimates"]["n"]).mean
        cells.append(f"{100 * kept:.1f} / {100 * told['consensus']['kept']:.1f}")
        rows.append([f"{told['epsilon']:g}", len(found["given"]), *cells])
    columns = ["given", "full", "consensus", "labels, full", "labels, consensus", "kept"]
    return table(["ε", "seeds", *columns], rows)


def class_gains(
    records: Sequence[Record], law: Mapping[str, Any]
) -> list[tuple[float, str, float, float]]:
    """ε, arm, measured and predicted gain over given, all classes at once."""
    return [
        (
            told["epsilon"],
            arm,
            _class_gain(records, told["epsilon"], arm, "given"),
            _over(told, arm),
        )
        for told in law["classes"]
        for arm in ARMS[1:]
    ]


def class_orders(records: Sequence[Record], law: Mapping[str, Any]) -> list[tuple[float, float]]:
    """Consensus over full at every ε, measured and predicted."""
    return [
        (
            _class_gain(records, told["epsilon"], "consensus", "full"),
            _over(told, "consensus", "full"),
        )
        for told in law["classes"]
    ]


class Even(NamedTuple):
    """What equal distances of the same ρ would change.

    Attributes:
        above: at how many ε consensus would be above full.
        epsilon: where the gain of full would change most.
        gain: that gain with equal distances.
        own: that gain with the distances as they are.
    """

    above: int
    epsilon: float
    gain: float
    own: float


def even_distances(law: Mapping[str, Any]) -> Even:
    """The law for a simplex beside the law for the means as they are."""
    above = sum(_over(row["simplex"], "consensus", "full") > 0 for row in law["classes"])
    gains = [
        (row["epsilon"], _over(row["simplex"], "full"), _over(row, "full"))
        for row in law["classes"]
    ]
    return Even(above, *max(gains, key=lambda told: told[1] - told[2]))


def _over(row: Mapping[str, Any], arm: str, base: str = "given") -> float:
    return row[arm]["accuracy"] - row[base]["accuracy"]


def class_levels(records: Sequence[Record], law: Mapping[str, Any]) -> tuple[float, float]:
    """Least and largest predicted minus measured accuracy over ε and arms."""
    errors = [
        told[arm]["accuracy"] - accuracy(_rows(records, told["epsilon"], arm, WHITE)).mean
        for told in law["classes"]
        for arm in ARMS
    ]
    return min(errors), max(errors)


def _class_gain(records: Sequence[Record], epsilon: float, arm: str, base: str) -> float:
    return gain(_rows(records, epsilon, arm, WHITE), _rows(records, epsilon, base, WHITE)).mean
