"""What happened in a retraining, as plain numbers and masks."""

from typing import Any

import numpy as np

from relabel_lab.pilot.channel import Channel
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


def coverage(run: Retraining, mask: np.ndarray) -> dict[Any, float]:
    """By given class, the weight of the samples in ``mask`` over that of all."""
    weight, count = run.learner.weight, len(run.learner.classes)
    part = None if weight is None else weight[mask]
    total = np.bincount(run.given, weights=weight, minlength=count)
    inside = np.bincount(run.given[mask], weights=part, minlength=count)
    share = np.divide(inside, total, out=np.zeros(count), where=total > 0)
    return dict(zip(run.learner.classes.tolist(), share.tolist(), strict=True))


def ceiling(run: Retraining, noise: Channel | None) -> float | None:
    """Expected agreement of the true labels with the given ones; None where nothing tells it."""
    if noise is None or not noise.invertible:
        return None
    given = np.bincount(run.given, weights=run.learner.weights(), minlength=noise.classes)
    prior = np.clip(noise.true_distribution(given / given.sum()), 0, None)
    return 1 - noise.flip_rate(prior / prior.sum())


def memorised(run: Retraining, states: list[Round], most: float | None) -> str | None:
    """What to tell where the first labels agree with the given ones more than true ones would.

    Beyond three standard errors of the true labels' agreement only remembered flips explain it.
    """
    if most is None or len(states) < 2 or states[1].reason is not None:
        return None
    agreement = entry(run, states[1])["agreement"]
    if agreement <= most + 3 * np.sqrt(most * (1 - most) / len(run.given)):
        return None
    return (
        f"the labels to retrain on agree with {agreement:.1%} of the given ones, the true labels "
        f"would with {most:.1%}: the learner remembers flips and hands them on; "
        "regularise it or label out of fold (cv=5)"
    )


def entry(run: Retraining, state: Round) -> dict[str, Any]:
    """One line of the history."""
    agreed = state.predicted == run.given
    mask = kept(run, state)
    return {
        "round": state.number,
        "retrained": state.reason is None,
        "reason": state.reason,
        "agreement": float(np.average(agreed, weights=run.learner.weight)),
        "kept": int(np.count_nonzero(mask)),
        "changed": int(np.count_nonzero(changed(run, state))),
        "coverage": coverage(run, mask),
    }


def warning(state: Round) -> str:
    """What to tell where a round kept the earlier model."""
    return (
        f"round {state.number} of retraining keeps the model of round {state.number - 1}: "
        f"{state.reason}"
    )
