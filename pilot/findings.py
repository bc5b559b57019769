"""Run a pilot: measure, test, judge; everything that a report tells, as values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.choose import judge
from relabel_lab.pilot.cost import Cost, cost
from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.decision import ADOPT, MARGIN, TUNE, Verdict
from relabel_lab.pilot.fit import FITS, Fit, Prediction, fit_mixture, prediction
from relabel_lab.pilot.gain import (
    ASYMMETRY,
    GIVEN,
    INITIAL,
    RETUNED,
    TUNED,
    Coverage,
    Curve,
    Gains,
    Key,
    Measured,
    OutOfFold,
    Plan,
    Scorer,
    Turn,
    affordable,
    base_matrix,
    coverage,
    curve,
    measure,
    most_flips,
    out_of_fold,
    over_rates,
    size_range,
    table,
    tuned_key,
    turning_point,
)
from relabel_lab.pilot.learners import Learner
from relabel_lab.pilot.noise import SYSTEMATIC, Rate, Tested, flip_rate, systematic

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


@dataclass(frozen=True)
class Sensitivity:
    """How the leading candidate's gain depends on what is believed of the noise.

    Attributes:
        name: the candidate, or *tuning*.
        base: what it is compared with, in words.
        clear: whether its interval leaves out 0, so that there is a sign to turn.
        rates: (symmetric flip rate, gain) pairs.
        turn: the mildest class-dependent change that turns the sign.
        size: what the measured gain may mean in accuracy at an unknown symmetric rate, or None.
    """

    name: str
    base: str
    clear: bool
    rates: list[tuple[float, float]]
    turn: Turn
    size: tuple[float, float] | None


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
        flip_rate(data, channel, _agreement(measured, data)),
        judged.noise,
        mixture,
        prediction(mixture.mixture) if mixture.verdict == FITS and mixture.mixture else None,
        tuple(curves),
        cover,
        price,
        _sensitivity(judged),
        tuple(_warnings(data, channel, measured, curves, learner)),
    )


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


def _agreement(measured: Measured, data: Dataset) -> float:
    """A lower 95 % limit of the best held-out agreement with given labels."""
    best = max(float(np.mean(codes == data.given)) for codes in measured.predictions.values())
    return best - 1.645 * float(np.sqrt(best * (1 - best) / data.n))


def _sensitivity(judged: Judged) -> Sensitivity:
    """Of the gain that the verdict rests on: of tuning where it says *tune*, else of retraining."""
    measured, data, gains = judged.measured, judged.scorer.data, judged.gains
    key, base = leading(gains, judged.verdict), tuned_key(measured)
    gain = next((c.over_tuned for c in gains.candidates if c.key == key), None)
    name, over = key[1] if key[0] == GIVEN else f"{TUNED}-{key[1]}", "tuned learner"
    if judged.verdict.decision == TUNE:
        key, base, gain = (TUNED, RETUNED), (GIVEN, INITIAL), gains.tuning
        name, over = "tuning", "learner as given"
    difference = table(measured, key, data.given, data.K) - table(
        measured, base, data.given, data.K
    )
    agreement = _agreement(measured, data)
    size = None
    if gain is not None and gains.unit == "agreement":
        size = size_range(gain.estimate, data.K, agreement)
    return Sensitivity(
        name,
        over,
        gain is not None and not gain.interval[0] <= 0 <= gain.interval[1],
        over_rates(difference, data.K, most_flips(data.K, agreement)),
        turning_point(difference, base_matrix(judged.scorer.channel, data.K)),
        size,
    )


def _warnings(
    data: Dataset,
    channel: Channel | None,
    measured: Measured,
    curves: list[Curve],
    learner: Learner,
) -> list[str]:
    told = []
    if channel is not None and (nothing := channel.warning(data.n)) is not None:
        told.append(nothing)
    if channel is None:
        told.append(
            "the flip rate is unknown: gains are in agreement with given labels; their sign is "
            f"trusted while flip rates of classes differ by at most {ASYMMETRY}"
        )
    for scheme, count in sorted(measured.refusals.items()):
        told.append(f"{scheme}: {count} second trainings kept the earlier model, a class vanished")
    for one in curves:
        if one.reason is not None:
            told.append(f"{one.scheme}: {one.reason}")
    if not learner.path:
        told.append(f"{learner.name} has no known regularisation path: tuning was not tried")
    if channel is not None and channel.epsilon is not None and data.clean.any():
        told.append(
            "true labels were used: this report and a choice made on it are not covered by epsilon"
        )
    return told
