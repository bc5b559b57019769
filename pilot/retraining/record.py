"""What happened in a retraining, as plain numbers and masks."""

from typing import Any

import numpy as np

from relabel_lab.pilot.retraining.rounds import Retraining, Round


class RetrainingWarning(UserWarning):
    """A round could not be carried out, or retraining has nothing to mend."""


def kept(run: Retraining, state: Round) -> np.ndarray:
    """Mask of the samples that the model was trained on, shape (n,)."""
    mask = np.zeros(len(run.given), dtype=bool)
    mask[state.rows.index] = True
    return mask


def changed(run: Retraining, state: Round) -> np.ndarray:
    """Mask of the samples trained on with a label other than the given one."""
    mask = np.zeros(len(run.given), dtype=bool)
    differ = state.rows.labels != run.given[state.rows.index]
    mask[state.rows.index[differ]] = True
    return mask


def coverage(run: Retraining, state: Round) -> dict[Any, float]:
    """By given class, the weight of the samples trained on over that of all."""
    weight, count = run.learner.weights(), len(run.learner.classes)
    total = np.bincount(run.given, weights=weight, minlength=count)
    inside = np.bincount(run.given, weights=weight * kept(run, state), minlength=count)
    share = np.divide(inside, total, out=np.zeros(count), where=total > 0)
    return dict(zip(run.learner.classes.tolist(), share.tolist(), strict=True))


def entry(run: Retraining, state: Round) -> dict[str, Any]:
    """One line of the history."""
    agreed = state.predicted == run.given
    return {
        "round": state.number,
        "retrained": state.reason is None,
        "reason": state.reason,
        "agreement": float(np.average(agreed, weights=run.learner.weights())),
        "kept": int(kept(run, state).sum()),
        "changed": int(changed(run, state).sum()),
        "coverage": coverage(run, state),
    }


def warning(state: Round) -> str:
    """What to tell where a round kept the earlier model."""
    return (
        f"round {state.number} of retraining keeps the model of round {state.number - 1}: "
        f"{state.reason}"
    )
