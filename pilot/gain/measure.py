"""Measure every candidate on the same held-out rows, by repeated cross-fitting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn import config_context

from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.gain.crossfit import Crossfit
from relabel_lab.pilot.gain.fitting import density
from relabel_lab.pilot.gain.folds import assign_folds
from relabel_lab.pilot.gain.rules import SCHEMES
from relabel_lab.pilot.gain.tuning import search
from relabel_lab.pilot.learners import Learner

INITIAL, RETUNED = "initial", "retuned"
GIVEN, TUNED = "given", "tuned"
Step = Callable[[int, int], None]

# Numbers times classes that a fit reads; more repeats than this affords cost more than they tell.
_WORK = ((5e6, 10), (2e7, 5), (np.inf, 3))


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        folds: F >= 3.
        repeats: R >= 2; None lets the size of the data decide (10, 5 or 3).
        schemes: the one-round candidates.
        seed: of the folds.
        jobs: processes.
    """

    folds: int = 5
    repeats: int | None = None
    schemes: tuple[str, ...] = SCHEMES
    seed: int = 0
    jobs: int = 1


@dataclass(frozen=True, eq=False)
class Measured:
    """Held-out predictions of every candidate on every row, once a repeat.

    Attributes:
        folds: fold of each row, [R, n].
        predictions: codes [R, n] by (learner, scheme): learner *given* or *tuned* (the penalty
            chosen once on all given labels), scheme *initial* or one of the plan's; and
            (*tuned*, *retuned*), the penalty chosen anew inside every training set.
        parameters: what tuning set, empty where it kept the learner as given.
        refusals: how often a second training was not done, by scheme.
        fits: number of trainings.
    """

    folds: np.ndarray
    predictions: dict[tuple[str, str], np.ndarray]
    parameters: dict[str, Any]
    refusals: dict[str, int] = field(default_factory=dict)
    fits: int = 0

    @property
    def same(self) -> bool:
        """Whether tuning kept the learner as given."""
        return not self.parameters


def measure(
    data: Dataset, learner: Learner, plan: Plan, step: Step = lambda done, total: None
) -> Measured:
    """Tune once, then cross-fit every candidate ``plan.repeats`` times.

    Args:
        data: the rows.
        learner: the estimator as given and its path.
        plan: folds, repeats, schemes, seed.
        step: told ``(done, total)`` after each repeat.
    """
    repeats = plan.repeats or affordable(data)
    variants, given, order = _variants(learner)
    tuned = choose_once(data, variants, order, plan) if order else given
    job = _Job(data, variants, given, tuned, order, plan)
    results, fits = [], 0
    refusals: dict[str, int] = {}
    total = repeats + 1
    step(1, total)
    for done, result in enumerate(_run(job, repeats, plan.jobs)):
        results.append(result)
        fits += result.fits
        for scheme, count in result.refusals.items():
            refusals[scheme] = refusals.get(scheme, 0) + count
        step(done + 2, total)
    keys = results[0].predictions
    stacked = {key: np.stack([one.predictions[key] for one in results]) for key in keys}
    parameters = {} if tuned == given else dict(learner.path[order.index(tuned)])
    folds = np.stack([one.fold for one in results])
    return Measured(folds, stacked, parameters, refusals, fits)


def affordable(data: Dataset) -> int:
    """Repeats by the size of the data."""
    work = density(data.X) * (data.K if data.K > 2 else 1)
    return next(repeats for most, repeats in _WORK if work <= most)


def choose_once(data: Dataset, variants: Sequence[Any], order: Sequence[int], plan: Plan) -> int:
    """The variant with the highest held-out agreement over two assignments to folds."""
    passes = [Crossfit(data, fold_of(data, plan, -1 - k), variants) for k in range(2)]

    def score(place: int) -> float:
        return sum(one.agreement(order[place]) for one in passes)

    with _fast():
        return order[search(score, len(order))]


def choose_place(data: Dataset, learner: Learner, plan: Plan) -> int | None:
    """Where on its path the learner is best, as `measure` chooses it; None: it has no path."""
    variants, _, order = _variants(learner)
    return choose_once(data, variants, order, plan) if order else None


def fold_of(data: Dataset, plan: Plan, repeat: int) -> np.ndarray:
    """The folds of one repeat; a repeat's folds do not depend on how many there are."""
    return assign_folds(data, plan.folds, np.random.default_rng([plan.seed, 1000 + repeat]))


@dataclass(frozen=True, eq=False)
class _Job:
    data: Dataset
    variants: list[Any]
    given: int
    tuned: int
    order: list[int]
    plan: Plan


@dataclass(frozen=True, eq=False)
class _Repeat:
    fold: np.ndarray
    predictions: dict[tuple[str, str], np.ndarray]
    refusals: dict[str, int]
    fits: int


def _variants(learner: Learner) -> tuple[list[Any], int, list[int]]:
    """Estimators along the path, where the given one stands among them, the path's places."""
    variants = [learner.at(place) for place in range(len(learner.path))]
    given = learner.place_given
    if given is None:
        variants.append(learner.at(None))
        given = len(variants) - 1
    return variants, given, list(range(len(learner.path)))


def _run(job: _Job, repeats: int, jobs: int) -> Any:
    if jobs == 1:
        return (_one(job, repeat) for repeat in range(repeats))
    parallel = Parallel(n_jobs=min(jobs, repeats), return_as="generator")
    return parallel(delayed(_one)(job, repeat) for repeat in range(repeats))


def _one(job: _Job, repeat: int) -> _Repeat:
    fold = fold_of(job.data, job.plan, repeat)
    run = Crossfit(job.data, fold, job.variants)
    with _fast():
        predictions = {}
        for name, variant in ((GIVEN, job.given), (TUNED, job.tuned)):
            predictions[name, INITIAL] = run.initial(variant)
            for scheme in job.plan.schemes:
                predictions[name, scheme] = run.retrained(variant, scheme)
            if job.tuned == job.given:
                break
        if job.order:
            predictions[TUNED, RETUNED] = run.tuned_inside(job.order)
    return _Repeat(fold, predictions, run.refusals, run.fits)


def _fast() -> Any:
    """Data and parameters were checked once; scikit-learn need not check them in every fit."""
    return config_context(assume_finite=True, skip_parameter_validation=True)
