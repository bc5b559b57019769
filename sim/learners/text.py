"""All learners, and their names on the command line."""

from relabel_lab.sim.kit import reject
from relabel_lab.sim.learners.base import Averaging, Fit, Learner, Penalised, score
from relabel_lab.sim.learners.logistic import Logistic
from relabel_lab.sim.learners.ridge import Ridge

__all__ = [
    "Averaging",
    "Fit",
    "Learner",
    "Logistic",
    "Penalised",
    "Ridge",
    "parse_learner",
    "score",
]

PENALISED: dict[str, type[Penalised]] = {"ridge": Ridge, "logistic": Logistic}
ALLOWED = "averaging, ridge:L or logistic:L with L > 0"


def parse_learner(text: str, intercept: bool = False) -> Learner:
    """The learner named by ``text`` as on the command line, e.g. ``ridge:0.1``.

    Raises:
        ValueError: for an unknown name, a penalty that is not > 0, or an intercept for the
            averaging classifier, which has none.
    """
    if text == "averaging":
        if intercept:
            raise reject("intercept", intercept, "False for learner averaging")
        return Averaging()
    name, _, value = text.partition(":")
    try:
        kind, penalty = PENALISED[name], float(value)
    except (KeyError, ValueError):
        raise reject("learner", text, f"one of {ALLOWED}") from None
    if not 0 < penalty < float("inf"):
        raise reject("learner", text, f"one of {ALLOWED}")
    return kind(penalty, intercept)
