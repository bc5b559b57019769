"""`pilot.html`: one self-contained page, the verdict first."""

import json
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from relabel_lab.pilot.decision import ADOPT, KEEP, TUNE
from relabel_lab.pilot.findings import Findings
from relabel_lab.pilot.report.figures import inline
from relabel_lab.pilot.report.words import (
    advice,
    interval,
    level_words,
    noise_words,
    percent,
    points,
)

HEADLINES = {
    ADOPT: "Retrain",
    TUNE: "Tune instead, do not retrain",
    KEEP: "Keep the learner as it is",
}


def page(
    found: Findings,
    told: dict[str, Any],
    drawn: dict[str, bytes],
    rows: list[dict[str, Any]],
    trusted: list[str] | None,
) -> bytes:
    """The page.

    Args:
        found: the findings.
        told: the same as a document.
        drawn: SVG figures by name.
        rows: changed rows to look at.
        trusted: types that loading the saved model must trust; None where none was saved.
    """
    figure = {name: Markup(inline(svg)) for name, svg in drawn.items()}
    text = _template().render(
        d=told,
        v=found.verdict,
        headline=HEADLINES.get(found.verdict.decision, "Undecided: not on this evidence"),
        advice=advice(found),
        warnings=[*found.warnings, *found.coverage.warnings],
        unit="accuracy" if found.gains.unit == "accuracy" else "agreement with given labels",
        tuned=_tuned(found),
        gains=_gains(found),
        noise=noise_words(found),
        turn=_turn(told["sensitivity"]["turns_at"]),
        figure=figure,
        stops=[{"scheme": one.scheme, "stop": one.stop} for one in found.curves],
        leading=told["sensitivity"]["candidate"],
        parts=[*told["coverage"]["classes"], *told["coverage"]["groups"]],
        estimates=_estimates(told["fit"]["estimates"]),
        rows=rows,
        excerpts=any("text" in row for row in rows),
        model=_model(found, trusted),
        trusted=trusted,
        levels=level_words(found),
        study=json.loads(_packaged("calibration.json")),
    )
    return text.encode()


def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.ChainableUndefined)
    environment.filters.update(
        percent=percent,
        points=points,
        interval=interval,
        seconds=_seconds,
        bytes=_bytes,
        capitalise=lambda text: text[:1].upper() + text[1:],
    )
    return environment.from_string(_packaged("page.html"))


def _packaged(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _gains(found: Findings) -> list[dict[str, Any]]:
    def cell(gain: Any) -> tuple[str, str]:
        return points(gain.estimate), interval(gain.interval)

    tuning = found.gains.tuning
    rows: list[dict[str, Any]] = []
    if tuning is not None:
        rows = [{"name": "tuning alone", "given": cell(tuning), "tuned": None}]
    rows += [
        {"name": one.name, "given": cell(one.over_given), "tuned": cell(one.over_tuned)}
        for one in found.gains.candidates
    ]
    return rows


def _tuned(found: Findings) -> str:
    if not found.learner.path:
        return "no change, for it has no known regularisation path"
    if found.measured.same:
        return "no change: its own regularisation is the best on its path"
    parts = [f"{k.rpartition('__')[2]} = {v:g}" for k, v in found.measured.parameters.items()]
    return ", ".join(parts) + ", chosen on held-out given labels"


def _turn(turn: dict[str, Any] | None) -> str | None:
    if turn is None:
        return None
    extra = percent(turn["extra_flips"])
    return f"{extra} more of the labels of class {turn['of_class']} flipped to {turn['into']}"


def _estimates(told: dict[str, Any] | None) -> list[dict[str, str]]:
    if told is None:
        return []
    names = {
        "rho": "separation ρ",
        "alpha": "rows per noise dimension α",
        "effective_dimension": "effective dimension of the noise",
        "leading_share": "share of the largest eigenvalue",
    }
    return [
        {
            "name": words,
            "value": f"{told[key]['estimate']:.3g}",
            "interval": _range(told[key]["interval"]),
        }
        for key, words in names.items()
    ]


def _range(ends: list[float] | None) -> str:
    if ends is None or ends[0] == ends[1]:
        return "–"
    return f"{ends[0]:.3g} to {ends[1]:.3g}"


def _model(found: Findings, trusted: list[str] | None) -> str:
    which = {ADOPT: "the retrained learner", TUNE: "the tuned learner"}
    name = which.get(found.verdict.decision, "the learner as given")
    if trusted is None:
        return f"{name[:1].upper() + name[1:]} could not be saved without pickle; train it anew."
    return f"model.skops holds {name}, trained on all rows."


def _seconds(value: float) -> str:
    if value < 1:
        return f"{1000 * value:.0f} ms"
    return f"{value:.1f} s" if value < 120 else f"{value / 60:.1f} min"


def _bytes(value: float) -> str:
    return f"{value / 2**20:,.0f} MiB" if value < 2**30 else f"{value / 2**30:.1f} GiB"
