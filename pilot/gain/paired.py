"""The gain of one model over another from predictions that somebody already has."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.checks import reject
from relabel_lab.pilot.gain.intervals import Spread, paired_rows


def paired_gain(
    before: ArrayLike,
    after: ArrayLike,
    given: ArrayLike,
    channel: Channel | None = None,
    *,
    rows_before: Any = None,
    rows_after: Any = None,
) -> Spread:
    """Gain on held-out rows with given labels (R14), for the two models in hand.

    Both models must be scored on the same rows: between different rows the difference of two
    accuracies is mostly a difference of rows.  The interval carries rows only, not the training of
    the models.

    Args:
        before: codes predicted by the earlier model, (n,).
        after: codes predicted by the later one, (n,).
        given: codes of the given labels, (n,).
        channel: the known channel; None: agreement, whose sign is the gain's under symmetric flips.
        rows_before: what rows the earlier model was scored on, (n,), where they have names.
        rows_after: the same of the later one.

    Raises:
        ValueError: where the rows differ.
    """
    before, after, given = np.asarray(before), np.asarray(after), np.asarray(given)
    if not len(before) == len(after) == len(given):
        sizes = f"of {len(before)}, {len(after)} and {len(given)} rows"
        raise reject("after", sizes, "predictions on the same held-out rows as before and given")
    if (rows_before is None) != (rows_after is None):
        raise reject("rows_after", rows_after, "given together with rows_before")
    if rows_before is not None and not np.array_equal(rows_before, rows_after):
        differ = int(np.sum(np.asarray(rows_before) != np.asarray(rows_after)))
        raise reject(
            "rows_after", f"{differ} rows unlike rows_before", "the same rows in one order"
        )
    if channel is None:
        difference = (after == given).astype(np.float64) - (before == given)
    else:
        difference = channel.scores(after, given) - channel.scores(before, given)
    return paired_rows(difference[None, :])
