"""Accuracy over rounds: what the training set shows, and what held-out rows show.

In sample a learner that memorises looks better with every round while held-out rows get worse;
the stop mark is the earliest round that held-out rows do not tell from the best.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.gain.fitting import predict
from relabel_lab.pilot.gain.folds import assign_folds
from relabel_lab.pilot.gain.intervals import paired_rows
from relabel_lab.pilot.gain.measure import Plan, fold_of
from relabel_lab.pilot.gain.rules import PREFIX
from relabel_lab.pilot.gain.scoring import Scorer
from relabel_lab.pilot.retraining import Learner, Retraining, Round, parse_rule

ROUNDS = 5


@dataclass(frozen=True)
class Curve:
    """One scheme over rounds 0…T; lists of T + 1 numbers.

    Attributes:
        scheme: its name.
        training: agreement of each model with the labels it was trained on.
        given: agreement with the given labels of its training rows.
        held_out: noise-corrected accuracy (or agreement) on rows it never saw.
        error: standard error of ``held_out`` minus that of round 0, rows only.
        stop: the earliest round within one standard error of the best.
        reason: why a round kept the earlier model, or None.
    """

    scheme: str
    training: list[float]
    given: list[float]
    held_out: list[float]
    error: list[float]
    stop: int
    reason: str | None


def curve(scorer: Scorer, estimator: Any, scheme: str, plan: Plan, rounds: int = ROUNDS) -> Curve:
    """Retrain ``rounds`` times inside every fold of one assignment."""
    data = scorer.data
    fold = fold_of(data, plan, -20)
    predicted = np.zeros((rounds + 1, data.n), np.int64)
    training, given = np.zeros((rounds + 1, plan.folds)), np.zeros((rounds + 1, plan.folds))
    reason = None
    for f in range(plan.folds):
        train = np.flatnonzero(fold != f)
        states = list(_states(data, estimator, scheme, train, plan, rounds))
        for t, state in enumerate(_filled(states, rounds)):
            predicted[t, fold == f] = predict(state.model, data.take(fold == f))
            inside = predict(state.model, data.take(train))
            training[t, f] = np.mean(inside[state.rows.index] == state.rows.labels)
            given[t, f] = np.mean(inside == data.given[train])
        reason = reason or states[-1].reason
    scores = scorer.scores(predicted)
    spreads = [paired_rows(scores[t : t + 1] - scores[:1]) for t in range(rounds + 1)]
    return Curve(
        scheme,
        training.mean(axis=1).tolist(),
        given.mean(axis=1).tolist(),
        scores.mean(axis=1).tolist(),
        [float(one.variance**0.5) for one in spreads],
        stop_mark(scores),
        reason,
    )


def stop_mark(scores: np.ndarray) -> int:
    """The earliest round that is not worse than the best by more than one standard error.

    Args:
        scores: noise-corrected scores by round and row, [T + 1, n].
    """
    best = int(scores.mean(axis=1).argmax())
    for t in range(best):
        behind = paired_rows(scores[best : best + 1] - scores[t : t + 1])
        if behind.estimate <= behind.variance**0.5:
            return t
    return best


def _states(
    data: Dataset, estimator: Any, scheme: str, train: np.ndarray, plan: Plan, rounds: int
) -> Iterator[Round]:
    part = Dataset(data.take(train), data.given[train], data.classes, None, _units(data, train))
    learner = Learner(estimator, part.X, np.arange(data.K), None, {}, None)
    splits = None
    if scheme.startswith(PREFIX):
        inner = assign_folds(part, plan.folds, np.random.default_rng([plan.seed, len(train)]))
        splits = [
            (np.flatnonzero(inner != g), np.flatnonzero(inner == g)) for g in range(plan.folds)
        ]
    rule = parse_rule(scheme.removeprefix(PREFIX))
    for state in Retraining(learner, rule, part.given, splits).run(rounds):
        yield _with_model(learner, state)


def _with_model(learner: Learner, state: Round) -> Round:
    if state.model is not None:
        return state
    model = learner.fit(state.rows)
    return Round(state.number, state.rows, state.predicted, model, state.reason)


def _filled(states: list[Round], rounds: int) -> list[Round]:
    """A chain that stopped early keeps its last model."""
    return states + [states[-1]] * (rounds + 1 - len(states))


def _units(data: Dataset, rows: np.ndarray) -> np.ndarray | None:
    return None if data.unit is None else data.unit[rows]
