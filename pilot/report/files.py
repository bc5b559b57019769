"""Write a report: everything is made before the first file appears."""

import csv
import io
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from relabel_lab.pilot.final import recommended
from relabel_lab.pilot.findings import Findings
from relabel_lab.pilot.io import Loaded
from relabel_lab.pilot.report.document import document
from relabel_lab.pilot.report.figures import figures
from relabel_lab.pilot.report.page import page

SHOWN = 20
EXCERPT = 160
OURS = {"model.skops", "figures/scores.svg", "figures/phase.svg"}  # not written by every run


def write_report(found: Findings, loaded: Loaded, out: Path, text: str | None = None) -> dict:
    """Write pilot.html, pilot.json, relabelled.csv, model.skops and figures/*.svg.

    Args:
        found: the findings.
        loaded: where the data came from.
        out: the folder; made where it is missing.
        text: a column to quote from among the rows to look at.

    Returns:
        the document, as in pilot.json.
    """
    told, drawn = document(found), figures(found)
    saved, trusted = _model(found, loaded)
    content: dict[str, bytes] = {f"figures/{name}.svg": svg for name, svg in drawn.items()}
    content["relabelled.csv"] = relabelled(found, loaded)
    content["pilot.json"] = _json(told)
    content["pilot.html"] = page(found, told, drawn, changed_rows(found, loaded, text), trusted)
    if saved is not None:
        content["model.skops"] = saved
    _write_all(out, content)
    return told


def relabelled(found: Findings, loaded: Loaded) -> bytes:
    """Every row's given and new label, in the file's order; new ones from models without the row."""
    seen, classes = found.seen, np.array(found.data.classes, dtype=object)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["given", "new", "confidence", "changed"])
    given, new = classes[found.data.given], classes[seen.predicted]
    for old, label, sure in zip(given, new, seen.confidence, strict=True):
        writer.writerow([old, label, f"{sure:.4f}", str(old != label).lower()])
    return buffer.getvalue().encode()


def changed_rows(found: Findings, loaded: Loaded, text: str | None) -> list[dict[str, Any]]:
    """The most surely changed rows, numbered from 1 as in the file."""
    seen, data = found.seen, found.data
    changed = np.flatnonzero(seen.predicted != data.given)
    order = changed[np.argsort(-seen.confidence[changed], kind="stable")][:SHOWN]
    rows = []
    for row in order:
        told = {
            "row": int(row) + 1,
            "given": str(data.classes[data.given[row]]),
            "new": str(data.classes[seen.predicted[row]]),
            "confidence": float(seen.confidence[row]),
        }
        if text is not None:
            told["text"] = str(loaded.source.frame[text].iloc[int(row)])[:EXCERPT]
        rows.append(told)
    return rows


def _model(found: Findings, loaded: Loaded) -> tuple[bytes | None, list[str] | None]:
    """The recommended learner trained on all rows, encoder included, in a form without pickle."""
    import skops.io

    learner = recommended(found.learner, found.verdict, found.settings.plan.seed)
    fitted = learner.fit(found.data.X, loaded.labels)
    steps = [] if loaded.features.encoder is None else [("features", loaded.features.encoder)]
    model = Pipeline([*steps, ("learner", fitted)])
    try:
        saved = skops.io.dumps(model)
        return saved, skops.io.get_untrusted_types(data=saved)
    except Exception:  # an estimator of one's own may hold anything; the report stands without it
        return None, None


def _json(told: dict[str, Any]) -> bytes:
    return (json.dumps(told, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode()


def _write_all(out: Path, content: dict[str, bytes]) -> None:
    """Into a folder beside the target first, so that an interrupted run leaves nothing behind."""
    out.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        for name, data in content.items():
            (staged / name).parent.mkdir(exist_ok=True)
            (staged / name).write_bytes(data)
        for name in OURS - set(content):  # of an earlier run that had more to tell
            (out / name).unlink(missing_ok=True)
        for name in content:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(staged / name, out / name)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
