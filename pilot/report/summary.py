"""The report in 80 columns, the verdict last."""

import textwrap
from collections.abc import Iterator

from relabel_lab.pilot.findings import Findings
from relabel_lab.pilot.gain import Gain
from relabel_lab.pilot.report.words import (
    advice,
    interval,
    level_words,
    noise_words,
    percent,
    points,
)

WIDTH = 80


def summary(found: Findings) -> str:
    """Plain text, no line longer than 80 characters."""
    lines = [*_data(found), "", *_noise(found), "", *_gains(found), "", *_rest(found)]
    lines += [*_wrapped("warning: ", [*found.warnings, *found.coverage.warnings]), ""]
    lines += _wrapped("verdict: ", [f"{found.verdict.decision}. {found.verdict.why}."])
    lines += _wrapped("         ", [advice(found)])
    return "\n".join(lines)


def _data(found: Findings) -> list[str]:
    data = found.data
    text = (
        f"{data.n:,} rows, {data.X.shape[1]:,} features, {data.K} classes; learner "
        f"{found.learner.name}; {found.measured.fits:,} trainings in "
        f"{len(found.measured.folds)} repeats of {found.settings.plan.folds} folds"
    )
    return _wrapped("", [text])


def _noise(found: Findings) -> list[str]:
    return _wrapped("noise: ", [noise_words(found)])


def _gains(found: Findings) -> Iterator[str]:
    unit = "accuracy" if found.gains.unit == "accuracy" else "agreement with given labels"
    yield f"gain in points of {unit}, intervals that hold together at 95 %"
    yield f"{'':26s}{'over the given learner':>27s}{'over the tuned one':>27s}"
    tuning = found.gains.tuning
    if tuning is not None:
        yield f"{'tuning alone':26s}{_cell(tuning):>27s}{'–':>27s}"
    for one in found.gains.candidates:
        yield f"{one.name:26s}{_cell(one.over_given):>27s}{_cell(one.over_tuned):>27s}"
    yield from _wrapped("levels: ", [level_words(found)])


def _cell(gain: Gain) -> str:
    return f"{points(gain.estimate)} {interval(gain.interval)}"


def _rest(found: Findings) -> list[str]:
    curves = ", ".join(f"{one.scheme} {one.stop}" for one in found.curves)
    whole = found.coverage.whole
    purity = "" if whole.purity is None else f", {percent(whole.purity)} of their labels right"
    lines = _wrapped("theory: ", [f"{found.fit.verdict}: {found.fit.why}"])
    lines += _wrapped("rounds: ", [f"held-out rows say stop after round: {curves}"])
    lines += _wrapped(
        "coverage: ", [f"{percent(whole.coverage)} of rows in the consensus set{purity}"]
    )
    return lines


def _wrapped(head: str, texts: list[str]) -> list[str]:
    result: list[str] = []
    for text in texts:
        result += textwrap.wrap(
            head + text, WIDTH, subsequent_indent=" " * len(head), break_on_hyphens=False
        )
    return result
