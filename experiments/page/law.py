"""Theory beside the probe: the binary law on pairs of classes, and the learner's part."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from relabel_lab.experiments.page.markdown import table
from relabel_lab.experiments.page.statistics import Estimate, accuracy, by_seed, estimate, gain
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


def learners_table(records: Sequence[Record]) -> str:
    """Accuracy of given labels and gains by learner, on the same features and labels."""
    rows = []
    for epsilon in sorted({r.epsilon for r in records if r.noise == "rr" and r.epsilon}):
        for told, setting in _learners(records):
            found = {arm: _rows(records, epsilon, arm, setting) for arm in _COMPARED}
            base = found["given"]
            if base:
                gains = [gain(found[arm], base).points(signed=True) for arm in _COMPARED[1:]]
                rows.append([f"{epsilon:g}", told, len(base), accuracy(base).points(), *gains])
    return table(["ε", "learner", "seeds", *_COMPARED], rows)


_COMPARED = (*ARMS, "crossfit-consensus")


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
