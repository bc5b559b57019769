"""Run a pilot: measure, test, judge; everything that a report tells, as values."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.cost import Cost, cost
from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.decision import ADOPT, Verdict
from relabel_lab.pilot.findings.judged import Settings, Step, leading, scored
from relabel_lab.pilot.findings.remarks import remarks
from relabel_lab.pilot.findings.sensitivity import Sensitivity, lowest_agreement, sensitivity
from relabel_lab.pilot.fit import FITS, Fit, Prediction, fit_mixture, prediction
from relabel_lab.pilot.gain import (
    Coverage,
    Curve,
    Gains,
    Key,
    Measured,
    OutOfFold,
    Scorer,
    affordable,
    coverage,
    curve,
)
from relabel_lab.pilot.learners import Learner
from relabel_lab.pilot.noise import Rate, Tested, flip_rate


@dataclass(frozen=True, eq=False)
class Findings:
    """Everything a report tells."""

    data: Dataset
    channel: Channel | None
    learner: Learner
    settings: Settings
    measured: Measured
    scorer: Scorer
    gains: Gains
    verdict: Verdict
    seen: OutOfFold
    rate: Rate
    noise: Tested
    fit: Fit
    prediction: Prediction | None
    curves: tuple[Curve, ...]
    coverage: Coverage
    cost: Cost
    sensitivity: Sensitivity
    warnings: tuple[str, ...]

    @property
    def leading(self) -> Key:
        """The candidate that coverage and sensitivity are told for."""
        return leading(self.gains, self.verdict)


def investigate(
    data: Dataset,
    channel: Channel | None,
    learner: Learner,
    settings: Settings,
    groups: Mapping[str, np.ndarray] | None = None,
    step: Step = lambda done, total: None,
) -> Findings:
    """Run a pilot on given labels.

    Args:
        data: rows with given labels, and true ones where known.
        channel: the label channel where it is known.
        learner: the learner as given and its path.
        settings: how much, and which margin.
        groups: columns to tell coverage, noise and gain by, (n,) each.
        step: told ``(done, total)``.
    """
    groups, plan = groups or {}, settings.plan
    total = (plan.repeats or affordable(data)) + 1 + len(plan.schemes) + 2
    judged = scored(data, channel, learner, settings, groups, lambda done, _: step(done, total))
    measured, verdict, gains = judged.measured, judged.verdict, judged.gains
    before = len(measured.folds) + 2
    step(before, total)
    curves = []
    retrained = verdict.parameters if verdict.decision == ADOPT else {}
    chosen = learner.at(None).set_params(**retrained)
    for done, scheme in enumerate(plan.schemes, before + 1):
        curves.append(curve(judged.scorer, chosen, scheme, plan))
        step(done, total)
    cover = coverage(measured, judged.scorer, leading(gains, verdict), groups)
    size = settings.size or 10 * data.n
    price = cost(data, learner.at(None), plan.schemes, cover.whole.coverage, size)
    mixture = fit_mixture(data, channel, plan.seed)
    step(total, total)
    return Findings(
        data,
        channel,
        learner,
        settings,
        measured,
        judged.scorer,
        gains,
        verdict,
        judged.seen,
        flip_rate(data, channel, lowest_agreement(measured, data)),
        judged.noise,
        mixture,
        prediction(mixture.mixture) if mixture.verdict == FITS and mixture.mixture else None,
        tuple(curves),
        cover,
        price,
        sensitivity(judged),
        tuple(remarks(data, channel, measured, curves, learner)),
    )
