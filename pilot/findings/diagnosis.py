"""Why does retraining gain here, or why not: the labels, the learner or the number of rows?"""

from dataclasses import dataclass

import numpy as np

from relabel_lab.pilot.findings.whole import Findings
from relabel_lab.pilot.gain import GIVEN, INITIAL, tuned_key

MEMORISES = 0.05


@dataclass(frozen=True)
class Diagnosis:
    """Three numbers, each of which can rule a gain out, and one that explains a gain.

    Attributes:
        headroom: 1 − held-out accuracy of the tuned learner: no label mending gains more;
            None at an unknown rate.
        detectable: the smallest gain over the tuned learner that this many rows would tell from 0.
        memorisation: agreement with given labels in training less that on held-out rows: the part
            of the noise that the learner has learnt by heart.
        given_right: share of right given labels, 1 − flip rate, None at an unknown rate.
        predicted_right: share of right held-out predictions, which a student would learn from;
            None at an unknown rate.
        predicted_error: half of its 95 % interval; how many labels happened to flip is in it.
    """

    headroom: float | None
    detectable: float | None
    memorisation: float
    given_right: float | None
    predicted_right: float | None
    predicted_error: float = 0.0

    @property
    def lines(self) -> list[str]:
        """What the numbers mean, one sentence each."""
        return [*self._labels(), *self._learner(), *self._size()]

    def _labels(self) -> list[str]:
        if self.given_right is None or self.predicted_right is None:
            return []
        given, predicted = 100 * self.given_right, 100 * self.predicted_right
        told = f"{min(predicted, 100.0):.1f} ± {100 * self.predicted_error:.1f} %"
        if predicted > given:
            return [
                f"labels: the learner's held-out predictions are right more often ({told}) "
                f"than the given labels ({given:.1f} %), so a student of its predictions can beat it"
            ]
        return [
            f"labels: the given labels are right more often ({given:.1f} %) than the learner's "
            f"predictions ({told}), so replacing them all would make them worse"
        ]

    def _learner(self) -> list[str]:
        share = 100 * self.memorisation
        if self.memorisation > MEMORISES:
            return [
                f"learner: it agrees with given labels {share:.1f} points more in training than on "
                "held-out rows, so it memorises noise; regularisation or cross-fitted labels help"
            ]
        return [
            f"learner: it memorises little ({share:.1f} points), so there is little noise in its "
            "fit that retraining could take out"
        ]

    def _size(self) -> list[str]:
        if self.detectable is None:
            return []
        text = f"rows: gains below {100 * self.detectable:.1f} points over the tuned learner cannot be seen with these"
        if self.headroom is not None:
            text += f"; at most {100 * max(0.0, self.headroom):.1f} points are left to gain"
        return [text]


def diagnose(found: Findings) -> Diagnosis:
    """Read the numbers off a pilot."""
    accuracy = None
    if found.gains.unit == "accuracy":
        accuracy = found.gains.levels[tuned_key(found.measured)].estimate
    given_right = None if found.rate.value is None else 1 - found.rate.value
    first = found.curves[0] if found.curves else None
    held_out = float(np.mean(found.measured.predictions[GIVEN, INITIAL] == found.data.given))
    halves = [c.over_tuned.interval[1] - c.over_tuned.estimate for c in found.gains.candidates]
    level = found.gains.levels[GIVEN, INITIAL]
    return Diagnosis(
        None if accuracy is None else 1 - accuracy,
        min(halves, default=None),
        0.0 if first is None else first.given[0] - held_out,
        given_right,
        level.estimate if accuracy is not None else None,
        level.half_width(0.95),
    )
