"""Labels that have been released: what may be trained on, with the channel they went through."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.checks import reject
from relabel_lab.pilot.privacy.mechanism import response


@dataclass(frozen=True, eq=False)
class ReleasedLabels:
    """One release; anything computed from it and from public features spends no further ε.

    Attributes:
        labels: the given labels, shape (n,), read only.
        classes: what can be a label, in the channel's order.
        channel: how the true labels became these.
        epsilon: what the release spent, for every single label, by OpenDP's privacy map.
    """

    labels: np.ndarray
    classes: tuple[Any, ...]
    channel: Channel
    epsilon: float

    def __len__(self):
        return len(self.labels)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.array(self.labels, dtype=dtype)

    def classifier(self, estimator: Any, **options: Any) -> Any:
        """A `RetrainingClassifier` that knows the noise of these labels."""
        from relabel_lab.pilot.estimator import RetrainingClassifier

        return RetrainingClassifier(estimator, noise=self.channel, **options)


def codes_of(labels: Any, classes: Any) -> tuple[np.ndarray, tuple[Any, ...]]:
    """Positions of ``labels`` in the public list ``classes``; no label is shown in a message."""
    classes = tuple(np.asarray(classes).tolist())
    if len(classes) < 2 or len(set(classes)) != len(classes):
        raise reject("classes", f"{len(classes)} names", "two or more different labels")
    if list(classes) != sorted(classes):
        raise reject("classes", "not in order", "sorted, the order that scikit-learn gives them")
    place = {name: code for code, name in enumerate(classes)}
    codes = [place.get(label, -1) for label in np.asarray(labels).tolist()]
    missing = codes.count(-1)
    if missing or not codes:
        found = f"{missing} outside" if codes else "no label"
        raise reject("labels", found, "one or more, all among classes, a list fixed beforehand")
    return np.array(codes), classes


def release(codes: np.ndarray, classes: tuple[Any, ...], channel: Channel) -> ReleasedLabels:
    """Draw one answer for every code by OpenDP."""
    answer, spent = response(channel)
    given = np.array([answer(int(code)) for code in codes])
    labels = np.asarray(classes)[given]
    labels.setflags(write=False)
    return ReleasedLabels(labels, classes, channel, spent)
