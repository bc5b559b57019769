"""The tables of the calibration study, as Markdown."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from scipy.stats import beta

KINDS = {
    "rows": "paired rows alone",
    "parts": "rows + repeats + training sets",
    "corrected_t": "Nadeau–Bengio",
    "interval": "the pilot's: the wider of these two",
    "together": "the same for all candidates together, which verdicts use",
}
Cell = dict[str, Any]


def report(cells: list[Cell]) -> str:
    """All tables."""
    return "\n\n".join(
        [coverage(cells), by_leaning(cells), by_group(cells), decisions(cells), undecided(cells)]
    )


def digest(cells: list[Cell]) -> dict[str, Any]:
    """What the report's page tells of the study."""
    gains = list(_gains(cells))
    told: dict[str, Any] = {"problems": len(cells)}
    for key, kind in (("alone", "interval"), ("together", "together")):
        told[key] = {
            truth: float(np.mean([_inside(gain[kind], gain[truth]) for gain in gains]))
            for truth in TRUTHS
        }
    for word, wrong in WRONG.items():
        part = [cell for cell in cells if cell["decision"] == word]
        told[word] = {"given": len(part), "wrong": sum(wrong(cell, "expected") for cell in part)}
    told["undecided"] = sum(cell["decision"] == "undecided" for cell in cells)
    return told


def coverage(cells: list[Cell]) -> str:
    """How often each kind of interval holds the true gain."""
    rows = [
        "| interval | holds the expected gain | holds that of the models in hand | mean width |",
        "|---|---|---|---|",
    ]
    for key, words in KINDS.items():
        told = list(_gains(cells))
        width = np.mean([gain[key][1] - gain[key][0] for gain in told])
        shares = [_percent(_inside(gain[key], gain[truth]) for gain in told) for truth in TRUTHS]
        rows.append(f"| {words} | {shares[0]} | {shares[1]} | {100 * width:.1f} points |")
    head = f"{len(cells)} problems, {len(list(_gains(cells)))} gains, nominal 95 %.\n\n"
    at_once = [_percent(_all_inside(cell, truth) for cell in cells) for truth in TRUTHS]
    tail = (
        "\n\nAll intervals of a problem *together* hold at once "
        f"the expected gains in {at_once[0]} of problems, those of the models in hand in "
        f"{at_once[1]}."
    )
    return head + "\n".join(rows) + tail


TRUTHS = ("expected", "in_hand")


def by_group(cells: list[Cell]) -> str:
    """Coverage of the pilot's interval by kind of data, size and learner."""
    rows = ["| problems | number | expected | in hand | width |", "|---|---|---|---|---|"]
    for field in ("kind", "n", "learner"):
        for value in sorted({cell[field] for cell in cells}, key=str):
            part = [cell for cell in cells if cell[field] == value]
            gains = list(_gains(part))
            shares = [_percent(_inside(g["interval"], g[truth]) for g in gains) for truth in TRUTHS]
            width = 100 * np.mean([g["interval"][1] - g["interval"][0] for g in gains])
            name = f"n = {value}" if field == "n" else value
            rows.append(f"| {name} | {len(part)} | {shares[0]} | {shares[1]} | {width:.1f} |")
    return "\n".join(rows)


def by_leaning(cells: list[Cell]) -> str:
    """Coverage by how often both learners of a gain name their least named class."""
    rows = [
        "| least named class, over how often it occurs | gains | expected | in hand | together, in hand |",
        "|---|---|---|---|---|",
    ]
    known = [cell for cell in cells if "named_least" in cell]
    told = [(_least(cell, *names), gain) for cell in known for *names, gain in _named_gains(cell)]
    for low, high, words in BANDS:
        gains = [gain for ratio, gain in told if low <= ratio < high]
        if gains:
            shares = [_percent(_inside(g["interval"], g[truth]) for g in gains) for truth in TRUTHS]
            joint = _percent(_inside(g["together"], g["in_hand"]) for g in gains)
            rows.append(f"| {words} | {len(gains)} | {shares[0]} | {shares[1]} | {joint} |")
    return "\n".join(rows)


BANDS = ((0.0, 0.5, "below 50 %"), (0.5, 0.8, "50 to 80 %"), (0.8, np.inf, "80 % and more"))


def _least(cell: Cell, name: str, base: str) -> float:
    least = cell["named_least"]
    other = "given" if base == "over_given" else "tuned"
    own = "tuned-retuned" if name == "tuning" else name
    return min(least[own], least.get(other, least["given"]))


def decisions(cells: list[Cell]) -> str:
    """How often each verdict was given, and how often it was wrong."""
    counts = Counter(cell["decision"] for cell in cells)
    rows = ["| verdict | number | wrong, expected | wrong, models in hand |", "|---|---|---|---|"]
    for name, what in WRONG.items():
        part = [cell for cell in cells if cell["decision"] == name]
        wrong = [_of_all([what(cell, t) for cell in part], len(cells)) for t in TRUTHS]
        rows.append(f"| {name} | {counts[name]} | {wrong[0]} | {wrong[1]} |")
    rows.append(f"| undecided | {counts['undecided']} | – | – |")
    return "\n".join(rows)


def undecided(cells: list[Cell]) -> str:
    """How often the answer is *undecided*, by sample size."""
    rows = ["| rows | problems | adopt | tune | keep | undecided |", "|---|---|---|---|---|---|"]
    for n in sorted({cell["n"] for cell in cells}):
        part = [cell["decision"] for cell in cells if cell["n"] == n]
        shares = [f"{100 * part.count(w) / len(part):.0f} %" for w in WORDS]
        rows.append(f"| {n} | {len(part)} | {' | '.join(shares)} |")
    return "\n".join(rows)


WORDS = ("adopt", "tune", "keep", "undecided")


def _adopt_wrong(cell: Cell, truth: str) -> bool:
    return cell["gains"][cell["scheme"]]["over_tuned"][truth] <= 0


def _tune_wrong(cell: Cell, truth: str) -> bool:
    return cell["gains"]["tuning"]["over_given"][truth] <= 0


def _keep_wrong(cell: Cell, truth: str) -> bool:
    return any(gain["over_given"][truth] > 0.01 for gain in cell["gains"].values())


WRONG = {"adopt": _adopt_wrong, "tune": _tune_wrong, "keep": _keep_wrong}


def _gains(cells: Iterable[Cell]) -> Iterator[dict[str, Any]]:
    yield from (gain for cell in cells for _, _, gain in _named_gains(cell))


def _named_gains(cell: Cell) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, bases in cell["gains"].items():
        for base, gain in bases.items():
            if not _identical(name, gain):
                yield name, base, gain


def _all_inside(cell: Cell, truth: str) -> bool:
    return all(_inside(gain["together"], gain[truth]) for gain in _gains([cell]))


def _identical(name: str, gain: dict[str, Any]) -> bool:
    """Tuning that kept the given learner, whose gain over itself is 0 by definition."""
    return name == "tuning" and gain["in_hand"] == 0 and gain["expected"] == 0


def _inside(interval: Any, truth: float) -> bool:
    return interval[0] <= truth <= interval[1]


def _percent(hits: Iterable[bool]) -> str:
    return f"{100 * np.mean(list(hits)):.1f} %"


def _of_all(wrong: list[bool], total: int) -> str:
    """Count, share of all problems, and its upper 95 % limit (Clopper–Pearson)."""
    k = sum(wrong)
    upper = float(beta.ppf(0.95, k + 1, total - k)) if k < total else 1.0
    return f"{k} ({100 * k / total:.1f} % of problems, below {100 * upper:.1f} %)"
