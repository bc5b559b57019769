"""The estimator that a verdict or a candidate stands for."""

from typing import Any

from relabel_lab.pilot.decision import Verdict
from relabel_lab.pilot.estimator import RetrainingClassifier
from relabel_lab.pilot.gain import GIVEN, INITIAL, PREFIX, RETUNED
from relabel_lab.pilot.learners import Learner

CV = 5


def candidate(
    learner: Learner, parameters: dict[str, Any], key: tuple[str, str], seed: int = 0
) -> Any:
    """The unfitted estimator of a candidate.

    Args:
        learner: the learner as given.
        parameters: what tuning set.
        key: (*given* or *tuned*, scheme).
        seed: of the folds that cross-fitted labels need.
    """
    name, scheme = key
    base = learner.at(None)
    if name != GIVEN:
        base.set_params(**parameters)
    if scheme in (INITIAL, RETUNED):
        return base
    cv = CV if scheme.startswith(PREFIX) else None
    return RetrainingClassifier(base, scheme=scheme.removeprefix(PREFIX), cv=cv, random_state=seed)


def recommended(learner: Learner, verdict: Verdict, seed: int = 0) -> Any:
    """The unfitted estimator that a verdict recommends; the given one unless it says otherwise."""
    key = (verdict.learner, verdict.scheme or INITIAL)
    return candidate(learner, verdict.parameters, key, seed)
