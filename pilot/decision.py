"""Adopt, tune, keep or undecided: what the measured gains support, and nothing beyond.

Sources: the steps of docs/pilot.md.  A verdict follows from intervals that hold together for all
candidates, so that trying more candidates makes no adoption easier.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from relabel_lab.pilot.gain import GIVEN, Candidate, Gain, Gains

MARGIN = 0.01
"""Gains up to one point of accuracy are not worth a change: *keep* needs every gain below."""

MOST_GROWTH = 1000.0
"""Beyond so many times the labels at hand an extrapolation says nothing."""

ADOPT, TUNE, KEEP, UNDECIDED = "adopt", "tune", "keep", "undecided"
Slack = Callable[[str], float]


@dataclass(frozen=True)
class Verdict:
    """What to do.

    Attributes:
        decision: *adopt*, *tune*, *keep* or *undecided*.
        why: one or two sentences with the numbers behind it.
        scheme: of the second training, where adopted.
        learner: *given* or *tuned*, the learner to (re)train.
        rounds: 1 where adopted, else 0.
        parameters: what tuning sets, where the tuned learner is to be used.
        more_labels: further labels that would settle it, where undecided; None: no realistic
            number would.
    """

    decision: str
    why: str
    scheme: str | None = None
    learner: str = GIVEN
    rounds: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)
    more_labels: int | None = None


def decide(
    gains: Gains,
    parameters: dict[str, Any],
    *,
    margin: float = MARGIN,
    slack: Slack = lambda name: 0.0,
    forbidden: str | None = None,
) -> Verdict:
    """The verdict of a set of gains.

    Args:
        gains: all comparisons.
        parameters: what tuning set.
        margin: gains below it are not worth a change.
        slack: by how much a gain could be smaller under flips the data cannot exclude, by name
            (*tuning*, or a candidate's).
        forbidden: why no recommendation can be made at all (systematic flips), or None.
    """
    if forbidden is not None:
        return Verdict(UNDECIDED, forbidden)
    adopted = [c for c in gains.candidates if _beats_both(c, slack(c.name))]
    if adopted:
        return _adopt(max(adopted, key=_lower_over_tuned), parameters)
    if gains.tuning is not None and parameters and gains.tuning.interval[0] > slack("tuning"):
        return _tune(gains, parameters)
    if all(gain.interval[1] + slack(name) < margin for name, gain in _over_given(gains)):
        top = max(gain.interval[1] for _, gain in _over_given(gains))
        return Verdict(KEEP, f"no change gains more than {_points(top)} points")
    return _undecided(gains, margin, slack)


def _beats_both(candidate: Candidate, slack: float) -> bool:
    gains = (candidate.over_given, candidate.over_tuned)
    return all(gain.interval[0] > slack for gain in gains)


def _lower_over_tuned(candidate: Candidate) -> float:
    return candidate.over_tuned.interval[0]


def _adopt(best: Candidate, parameters: dict[str, Any]) -> Verdict:
    learner, scheme = best.key
    why = (
        f"{_learner_words(learner, parameters)} retrained ({scheme}) gains {_told(best.over_given)} "
        f"over the learner as given and {_told(best.over_tuned)} over the tuned one"
    )
    used = parameters if learner != GIVEN else {}
    return Verdict(ADOPT, why, scheme, learner, 1, used)


def _tune(gains: Gains, parameters: dict[str, Any]) -> Verdict:
    assert gains.tuning is not None
    why = f"tuning alone gains {_told(gains.tuning)} over the learner as given"
    if gains.candidates:
        best = max(gains.candidates, key=lambda c: c.over_given.estimate)
        rival = max(gains.candidates, key=lambda c: c.over_tuned.estimate)
        why += (
            f"; retraining gains at most {_told(best.over_given)} over the given learner "
            f"({best.name}) and {_told(rival.over_tuned)} over the tuned one ({rival.name})"
        )
    return Verdict(TUNE, why, learner="tuned", parameters=parameters)


def _undecided(gains: Gains, margin: float, slack: Slack) -> Verdict:
    needed = _labels_needed(gains, margin, slack)
    name, best = max(_over_given(gains), key=lambda pair: pair[1].estimate)
    why = f"the best estimate, {name}, gains {_told(best)} over the learner as given"
    if gains.candidates:
        rival = max(gains.candidates, key=lambda c: c.over_tuned.estimate)
        why += f"; over the tuned one {rival.name} gains {_told(rival.over_tuned)}"
    if needed is None:
        return Verdict(
            UNDECIDED, why + "; no realistic number of labels like these would settle it"
        )
    return Verdict(
        UNDECIDED, f"{why}; about {needed:,} more labels would settle it", more_labels=needed
    )


def _labels_needed(gains: Gains, margin: float, slack: Slack) -> int | None:
    """Labels to add until today's estimates, if they are right, decide; widths fall as 1/√n."""
    ways = [
        max(_growth(c.over_given, slack(c.name)), _growth(c.over_tuned, slack(c.name)))
        for c in gains.candidates
    ]
    if gains.tuning is not None:
        ways.append(_growth(gains.tuning, slack("tuning")))
    ways.append(max(_growth_below(gain, margin - slack(name)) for name, gain in _over_given(gains)))
    factor = min(ways)
    if factor > MOST_GROWTH:
        return None
    rows = max(gain.spread.rows for _, gain in _over_given(gains))
    return _rounded(rows * max(0.05, factor - 1))


def _growth(gain: Gain, least: float) -> float:
    """Factor on n at which the lower bound reaches ``least``."""
    room = gain.estimate - least
    return (_half(gain) / room) ** 2 if room > 0 else math.inf


def _growth_below(gain: Gain, most: float) -> float:
    room = most - gain.estimate
    return (_half(gain) / room) ** 2 if room > 0 else math.inf


def _half(gain: Gain) -> float:
    return gain.interval[1] - gain.estimate


def _over_given(gains: Gains) -> list[tuple[str, Gain]]:
    tuning = [] if gains.tuning is None else [("tuning", gains.tuning)]
    return [*tuning, *((c.name, c.over_given) for c in gains.candidates)]


def _rounded(count: float) -> int:
    """Two significant digits: more would claim a precision that an extrapolation lacks."""
    size = 10 ** max(0, math.floor(math.log10(max(count, 1))) - 1)
    return int(math.ceil(count / size) * size)


def _learner_words(learner: str, parameters: dict[str, Any]) -> str:
    if learner == GIVEN:
        return "the learner as given,"
    setting = ", ".join(f"{key.rpartition('__')[2]} = {v:g}" for key, v in parameters.items())
    return f"the tuned learner ({setting}),"


def _told(gain: Gain) -> str:
    low, high = gain.interval
    return f"{_points(gain.estimate)} points [{_points(low)}, {_points(high)}]"


def _points(value: float) -> str:
    return f"{100 * value + 0.0:.1f}".replace("-0.0", "0.0").replace("-", "−")
