"""Every candidate against the learner as given and against the tuned one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from relabel_lab.pilot.gain.intervals import Spread, spread
from relabel_lab.pilot.gain.measure import GIVEN, INITIAL, RETUNED, TUNED, Measured
from relabel_lab.pilot.gain.scoring import Scorer

LEVEL = 0.95
Key = tuple[str, str]
Way = Callable[..., Spread]


@dataclass(frozen=True)
class Gain:
    """A gain and its intervals.

    Attributes:
        spread: estimate and variance.
        level: confidence of the interval shared by all candidates (Bonferroni).
    """

    spread: Spread
    level: float

    @property
    def estimate(self) -> float:
        """Mean difference."""
        return self.spread.estimate

    @property
    def interval(self) -> tuple[float, float]:
        """Holds together with those of all other candidates at 95 %; verdicts use it."""
        return self.spread.interval(self.level)

    @property
    def alone(self) -> tuple[float, float]:
        """The 95 % interval of this comparison by itself."""
        return self.spread.interval(LEVEL)


@dataclass(frozen=True)
class Candidate:
    """One retrained learner.

    Attributes:
        key: (*given* or *tuned*, scheme).
        over_given: gain over the learner as given.
        over_tuned: gain over the tuned learner at the penalty chosen once.
    """

    key: Key
    over_given: Gain
    over_tuned: Gain

    @property
    def name(self) -> str:
        """``full`` for the given learner retrained, ``tuned-full`` for the tuned one."""
        return self.key[1] if self.key[0] == GIVEN else f"{TUNED}-{self.key[1]}"


@dataclass(frozen=True)
class Gains:
    """All comparisons.

    Attributes:
        tuning: gain of tuning, chosen anew inside every training set, over the given learner;
            None where the learner has no path.
        candidates: the retrained learners.
        levels: estimated accuracy (or agreement) of every key.
        unit: *accuracy* or *agreement*.
    """

    tuning: Gain | None
    candidates: tuple[Candidate, ...]
    levels: dict[Key, Spread]
    unit: str


def compare(measured: Measured, scorer: Scorer, way: Way = spread) -> Gains:
    """Paired differences on the same held-out rows, corrected for noise and for the number tried.

    Args:
        measured: predictions of all candidates.
        scorer: how rows are scored.
        way: how a gain's variance is taken; the studies compare ways.
    """
    scores = {key: scorer.scores(codes) for key, codes in measured.predictions.items()}
    folds = measured.folds[:, scorer.rows]
    keys = [key for key in scores if key[1] not in (INITIAL, RETUNED)]
    level = 1 - (1 - LEVEL) / max(1, len(keys))
    unit = scorer.step

    def gain(a: Key, b: Key) -> Gain:
        # Candidates are refused on different rows: every score has the same shape by construction.
        return Gain(way(scores[a] - scores[b], folds, unit=unit), level)

    base = tuned_key(measured)
    given = (GIVEN, INITIAL)
    candidates = tuple(Candidate(key, gain(key, given), gain(key, base)) for key in keys)
    tuning = gain((TUNED, RETUNED), given) if (TUNED, RETUNED) in scores else None
    levels = {key: spread(rows, folds, unit=unit) for key, rows in scores.items()}
    return Gains(tuning, candidates, levels, scorer.unit)


def tuned_key(measured: Measured) -> Key:
    """The tuned learner: the given one where tuning kept it."""
    return (GIVEN, INITIAL) if measured.same else (TUNED, INITIAL)


def table(measured: Measured, key: Key, given: np.ndarray, classes: int) -> np.ndarray:
    """Share of rows by predicted and given class, averaged over repeats, [K, K]."""
    codes = measured.predictions[key].astype(np.int64) * classes + given
    counts = np.bincount(codes.ravel(), minlength=classes * classes)
    return counts.reshape(classes, classes) / codes.size
