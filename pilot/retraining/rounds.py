"""Rounds of retraining: label, choose rows, train again; stop where a class would vanish."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from relabel_lab.pilot.checks import listed
from relabel_lab.pilot.retraining.learner import Learner
from relabel_lab.pilot.retraining.rules import Labelled, Rows, Rule

LEAST = 2  # samples of a class below which a learner only memorises it


@dataclass(frozen=True)
class Round:
    """What one round left behind.

    Attributes:
        number: 0 for the initial training on the given labels.
        rows: what the model was trained on.
        predicted: the codes behind ``rows``, shape (n,); the given ones at round 0.
        model: the model afterwards; None at round 0 where out-of-fold labels need none.
        reason: why the round kept the earlier model; None where it trained a new one.
    """

    number: int
    rows: Rows
    predicted: np.ndarray
    model: Any = None
    reason: str | None = None


@dataclass(frozen=True)
class Retraining:
    """A rule, applied to a learner's own labels.

    Attributes:
        learner: the learner with its data.
        rule: which rows and labels a round trains on.
        given: class codes, shape (n,).
        splits: a partition for out-of-fold labels; None for labels in sample.
    """

    learner: Learner
    rule: Rule
    given: np.ndarray
    splits: list[tuple[np.ndarray, np.ndarray]] | None = None

    def run(self, rounds: int) -> Iterator[Round]:
        """Round 0 and up to ``rounds`` more; only the last of them may keep its model."""
        last = Round(0, Rows.all(self.given), self.given)
        if self.splits is None or rounds == 0:
            last = self._trained(last)
        yield last
        for number in range(1, rounds + 1):
            last = self._next(number, last)
            yield last
            if last.reason is not None:  # the same model would give the same labels again
                return

    def _next(self, number: int, last: Round) -> Round:
        try:
            seen = self._label(last)
            rows = self.rule.rows(seen)
            reason = self._lacking(rows)
            if reason is None:
                return Round(number, rows, seen.predicted, self.learner.fit(rows))
        except ValueError as error:  # too few samples for this learner or one of its folds
            reason = f"the learner refused the labels: {' '.join(str(error).split())[:200]}"
        kept = last if last.model is not None else self._trained(last)
        return Round(number, kept.rows, kept.predicted, kept.model, reason)

    def _trained(self, last: Round) -> Round:
        """The same with its model; the learner's own errors on all given labels show here."""
        return Round(last.number, last.rows, last.predicted, self.learner.fit(last.rows))

    def _label(self, last: Round) -> Labelled:
        confident = self.rule.needs_confidence
        if self.splits is None:
            codes, sure = self.learner.label(last.model, confident)
        else:
            codes, sure = self.learner.label_out_of_fold(last.rows, self.splits, confident)
        return Labelled(self.given, codes, sure, self.learner.weights())

    def _lacking(self, rows: Rows) -> str | None:
        """The class that would vanish or nearly so, in words."""
        had, left = self._counts(Rows.all(self.given)), self._counts(rows)
        gone = np.flatnonzero((left == 0) & (had > 0))
        if gone.size:
            return f"class {self._names(gone)} would vanish from the retraining set"
        few = np.flatnonzero(left < np.minimum(LEAST, had))
        if few.size:
            return f"fewer than {LEAST} samples of class {self._names(few)} would be left"
        return None

    def _counts(self, rows: Rows) -> np.ndarray:
        """Samples of positive weight by class trained on, shape (K,)."""
        labels, weight = rows.labels, self.learner.weight
        if weight is not None:
            labels = labels[weight[rows.index] > 0]
        return np.bincount(labels, minlength=len(self.learner.classes))

    def _names(self, codes: np.ndarray) -> str:
        return listed(self.learner.classes[codes].tolist())
