"""The table of the real-data study, as Markdown."""

from collections import Counter
from typing import Any

import numpy as np

COLUMNS = {
    "initial": "given",
    "tuned": "tuned",
    "full": "full",
    "consensus": "consensus",
    "crossfit-consensus": "cross-fitted",
    "tuned-full": "tuned, full",
    "tuned-consensus": "tuned, consensus",
    "tuned-crossfit-consensus": "tuned, cross-fitted",
    "CleanLearning": "CleanLearning",
    "self-training": "self-training",
    "recommended": "recommended",
}
Cell = dict[str, Any]


def report(cells: list[Cell]) -> str:
    """Mean test accuracy of everything, and the verdicts, by data set and learner."""
    head = ["data", "learner", "runs", *COLUMNS.values(), "verdicts"]
    lines = [_line(head), _line(["---"] * len(head))]
    keys = dict.fromkeys((cell["set"], cell["learner"]) for cell in cells)
    for set_, learner in keys:
        part = [c for c in cells if (c["set"], c["learner"]) == (set_, learner)]
        values = [_mean(part, column) for column in COLUMNS]
        lines.append(_line([set_, learner, str(len(part)), *values, _verdicts(part)]))
    return "\n".join([*lines, "", wins(cells)])


def wins(cells: list[Cell]) -> str:
    """Where retraining beats tuning on the test rows, by two standard errors over repetitions."""
    told = []
    for set_, learner in dict.fromkeys((cell["set"], cell["learner"]) for cell in cells):
        part = [c["accuracy"] for c in cells if (c["set"], c["learner"]) == (set_, learner)]
        for column, words in COLUMNS.items():
            if column.endswith(("full", "consensus")) and len(part) > 2:
                gain = np.array([a[column] - a["tuned"] for a in part])
                error = gain.std(ddof=1) / np.sqrt(len(gain))
                if gain.mean() > 2 * error and gain.mean() > 0.001:
                    told.append(
                        f"- {set_}, {learner}: {words} over tuned "
                        f"{100 * gain.mean():+.1f} ± {100 * error:.1f} points"
                    )
    return "\n".join(told) or "Nowhere does retraining beat tuning by two standard errors."


def _mean(part: list[Cell], column: str) -> str:
    if any(column not in cell["accuracy"] for cell in part):
        return "–"
    values = 100 * np.array([cell["accuracy"][column] for cell in part])
    if len(values) < 2:
        return f"{values.mean():.1f}"
    return f"{values.mean():.1f} ± {values.std(ddof=1) / np.sqrt(len(values)):.1f}"


def _verdicts(part: list[Cell]) -> str:
    counts = Counter(cell["decision"] for cell in part)
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
