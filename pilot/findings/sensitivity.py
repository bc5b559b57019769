"""How the leading gain depends on what is believed of the noise."""

from dataclasses import dataclass

import numpy as np

from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.decision import TUNE
from relabel_lab.pilot.findings.judged import Judged, leading
from relabel_lab.pilot.gain import (
    GIVEN,
    INITIAL,
    RETUNED,
    TUNED,
    Measured,
    Turn,
    base_matrix,
    most_flips,
    over_rates,
    size_range,
    table,
    tuned_key,
    turning_point,
)


@dataclass(frozen=True)
class Sensitivity:
    """How the leading candidate's gain depends on what is believed of the noise.

    Attributes:
        name: the candidate, or *tuning*.
        base: what it is compared with, in words.
        clear: whether its interval leaves out 0, so that there is a sign to turn.
        rates: (symmetric flip rate, gain) pairs.
        turn: the mildest class-dependent change that turns the sign.
        size: what the measured gain may mean in accuracy at an unknown symmetric rate, or None.
    """

    name: str
    base: str
    clear: bool
    rates: list[tuple[float, float]]
    turn: Turn
    size: tuple[float, float] | None


def sensitivity(judged: Judged) -> Sensitivity:
    """Of the gain that the verdict rests on: of tuning where it says *tune*, else of retraining."""
    measured, data, gains = judged.measured, judged.scorer.data, judged.gains
    key, base = leading(gains, judged.verdict), tuned_key(measured)
    gain = next((c.over_tuned for c in gains.candidates if c.key == key), None)
    name, over = key[1] if key[0] == GIVEN else f"{TUNED}-{key[1]}", "tuned learner"
    if judged.verdict.decision == TUNE:
        key, base, gain = (TUNED, RETUNED), (GIVEN, INITIAL), gains.tuning
        name, over = "tuning", "learner as given"
    difference = table(measured, key, data.given, data.K) - table(
        measured, base, data.given, data.K
    )
    agreement = lowest_agreement(measured, data)
    size = None
    if gain is not None and gains.unit == "agreement":
        size = size_range(gain.estimate, data.K, agreement)
    return Sensitivity(
        name,
        over,
        gain is not None and not gain.interval[0] <= 0 <= gain.interval[1],
        over_rates(difference, data.K, most_flips(data.K, agreement)),
        turning_point(difference, base_matrix(judged.scorer.channel, data.K)),
        size,
    )


def lowest_agreement(measured: Measured, data: Dataset) -> float:
    """A lower 95 % limit of the best held-out agreement with given labels."""
    best = max(float(np.mean(codes == data.given)) for codes in measured.predictions.values())
    return best - 1.645 * float(np.sqrt(best * (1 - best) / data.n))
