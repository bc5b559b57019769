"""The part of a pilot that a verdict needs: measure, test the flips, decide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.choose import judge
from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.decision import MARGIN, Verdict
from relabel_lab.pilot.gain import (
    GIVEN,
    INITIAL,
    Gains,
    Key,
    Measured,
    OutOfFold,
    Plan,
    Scorer,
    measure,
    out_of_fold,
)
from relabel_lab.pilot.learners import Learner
from relabel_lab.pilot.noise import SYSTEMATIC, Tested, systematic

CLEAN_NEEDED = 30  # checked rows from which gains are measured on them alone
Step = Callable[[int, int], None]


@dataclass(frozen=True)
class Settings:
    """How a pilot is run.

    Attributes:
        plan: folds, repeats, candidates, seed, processes.
        margin: gains below it are not worth a change.
        size: rows to extrapolate the cost to; None: ten times the data.
    """

    plan: Plan = field(default_factory=Plan)
    margin: float = MARGIN
    size: int | None = None


@dataclass(frozen=True, eq=False)
class Judged:
    """The part of a pilot that a verdict needs."""

    measured: Measured
    seen: OutOfFold
    noise: Tested
    scorer: Scorer
    verdict: Verdict
    gains: Gains


def scored(
    data: Dataset,
    channel: Channel | None,
    learner: Learner,
    settings: Settings,
    groups: Mapping[str, np.ndarray] | None = None,
    step: Step = lambda done, total: None,
) -> Judged:
    """Measure all candidates, test the flips and decide; arguments as for `investigate`."""
    measured = measure(data, learner, settings.plan, step)
    used = learner.at(None).set_params(**measured.parameters)
    seen = out_of_fold(data, used, settings.plan)
    noise = systematic(data, channel, seen, groups)
    scorer = _scorer(data, channel, noise)
    verdict, gains = judge(
        measured,
        scorer,
        margin=settings.margin,
        forbidden=_forbidden(scorer, noise),
    )
    return Judged(measured, seen, noise, scorer, verdict, gains)


def leading(gains: Gains, verdict: Verdict) -> Key:
    """The adopted candidate, else the one with the best estimate over the tuned learner."""
    if verdict.scheme is not None:
        return verdict.learner, verdict.scheme
    if not gains.candidates:
        return GIVEN, INITIAL
    return max(gains.candidates, key=lambda c: c.over_tuned.estimate).key


def _scorer(data: Dataset, channel: Channel | None, noise: Tested) -> Scorer:
    """Checked rows alone where given labels cannot be corrected and enough rows were checked."""
    distrusted = channel is None or noise.verdict == SYSTEMATIC
    return Scorer(data, channel, distrusted and int(data.clean.sum()) >= CLEAN_NEEDED)


def _forbidden(scorer: Scorer, noise: Tested) -> str | None:
    if noise.verdict != SYSTEMATIC or scorer.clean_only:
        return None
    return (
        f"the flips are systematic ({noise.why}), so gains cannot be corrected for them; "
        f"{CLEAN_NEEDED} or more rows with checked labels (--clean-label) would allow a verdict"
    )
