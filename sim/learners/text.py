"""Learners by their names on the command line."""

from __future__ import annotations

from relabel_lab.sim.kit import Refusal, families, form_of, parse, reject
from relabel_lab.sim.learners.base import Learner, Penalised


def parse_learner(text: str, intercept: bool = False) -> Learner:
    """The learner named by ``text`` as on the command line, e.g. ``ridge:0.1``.

    Raises:
        ValueError: for an unknown name, a penalty that is not > 0, or an intercept for the
            averaging classifier, which has none.
    """
    try:
        learner = parse(Learner, "learner", text)
    except Refusal as error:
        if error.argument == "learner":
            raise
        forms = ", ".join(map(form_of, families(Learner).values()))
        raise reject("learner", text, f"one of {forms}") from None
    if isinstance(learner, Penalised):
        return type(learner)(learner.penalty, intercept)
    if intercept:
        raise reject("intercept", intercept, f"False for learner {learner.name}")
    return learner
