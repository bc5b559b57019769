"""The page docs/experiments.md and its pictures, made from the committed raw results alone."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from relabel_lab.experiments.page import claims, deep, law, probe, prose, questions, reading
from relabel_lab.experiments.page.claims import CHANGED
from relabel_lab.experiments.page.figures import gains_picture, law_picture, paths_picture
from relabel_lab.experiments.page.paper import CIFAR10, NEWS
from relabel_lab.experiments.page.speed import speed
from relabel_lab.experiments.records import Record, read_records

PICTURES = "experiments"
"""Folder of the page's pictures, beside it."""


class Measured(NamedTuple):
    """One committed run: what all rows share, the rows, and the law beside (probe alone)."""

    run: dict[str, Any]
    records: list[Record]
    law: Mapping[str, Any] | None


def measured(folder: Path) -> dict[str, Measured]:
    """Committed runs by experiment; those that are not there are left out."""
    found = {}
    for name in ("probe", "image", "text"):
        place = folder / f"{name}-small"
        rows = place / ("records.jsonl" if name == "probe" else "rows.jsonl")
        beside = place / "law.json"
        if rows.exists():
            told = json.loads(beside.read_text()) if beside.exists() else None
            found[name] = Measured(*read_records(rows), told)
    trial = folder / "text-small" / "changed.jsonl"
    if trial.exists():
        found[CHANGED] = Measured(*read_records(trial), None)
    return found


def times(folder: Path) -> Mapping[str, Any] | None:
    """The committed comparison of epochs, if it is there."""
    path = folder / "beside_torch.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def document(runs: Mapping[str, Measured], timed: Mapping[str, Any] | None = None) -> str:
    """The page's text."""
    parts = [prose.OPENING, prose.setups(runs)]
    if "probe" in runs:
        parts += probe_part(runs["probe"])
    if "image" in runs:
        told = reading.image_reading(runs["image"].records)
        parts += deep_part(runs["image"], prose.IMAGE, told, CIFAR10)
        parts.append(f"![Gains over the given labels, ours and the paper's]({PICTURES}/gains.png)")
    if "text" in runs:
        told = reading.text_reading(runs["text"].records)
        parts += deep_part(runs["text"], prose.TEXT, told, NEWS)
    if CHANGED in runs:
        told = reading.collapse_reading(runs[CHANGED].records)
        parts += deep_part(runs[CHANGED], prose.TEXT_CHANGED, told, NEWS)
    parts += prose.missing(runs)
    parts += [questions.questions(runs), claims.claims(runs)]
    parts += [prose.CLOSING] if timed is None else [speed(timed), prose.CLOSING]
    return "\n\n".join(parts) + "\n"


def probe_part(run: Measured) -> list[str]:
    """Sections on the probe."""
    records, samples = run.records, run.run["train"]
    parts = [
        prose.PROBE,
        probe.weak_table(records),
        prose.PROBE_TUNED,
        probe.tuned_table(records),
        f"![Accuracy along the path of penalties]({PICTURES}/paths.png)",
        prose.PROBE_LABELS,
        probe.labels_table(records, samples),
    ]
    if any(record.arm in probe.MORE for record in records):
        parts += [prose.PROBE_MORE, probe.more_table(records)]
    if any(record.noise.startswith("human-") for record in records):
        parts += [prose.HUMAN, probe.human_table(records), prose.human_reading(records)]
    if run.law is not None:
        parts += [
            prose.law_opening(run.law),
            law.pairs_table(run.law),
            f"![Predicted and measured gains]({PICTURES}/law.png)",
            prose.law_reading(run.law),
            prose.CLASSES,
            law.classes_table(records, run.law),
            prose.classes_reading(records, run.law),
            prose.LEARNERS,
            law.learners_table(records),
            prose.learners_reading(records, run.law),
        ]
    return parts


def deep_part(run: Measured, opening: str, told: str, paper: Sequence[Any]) -> list[str]:
    """Sections on the image or text experiment; ``told`` reads the first table."""
    return [
        opening,
        deep.gains_table(run.records),
        told,
        prose.OVER_TUNED,
        deep.over_tuned_table(run.records),
        prose.DEEP_LABELS,
        deep.labels_table(run.records, run.run["train"]),
        prose.BESIDE_PAPER,
        deep.beside_paper(run.records, paper),
    ]


class Picture(NamedTuple):
    """How a picture is drawn and what from."""

    draw: Callable[[Any], bytes]
    data: Any


def pictures(runs: Mapping[str, Measured]) -> dict[str, Picture]:
    """Pictures by file name."""
    found: dict[str, Picture] = {}
    if "probe" in runs:
        found["paths.png"] = Picture(paths_picture, probe.logistic(runs["probe"].records))
        if runs["probe"].law is not None:
            found["law.png"] = Picture(law_picture, runs["probe"].law)
    if "image" in runs:
        found["gains.png"] = Picture(gains_picture, runs["image"].records)
    return found
