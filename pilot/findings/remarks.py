"""What a reader is to be warned of."""

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.gain import ASYMMETRY, Curve, Measured
from relabel_lab.pilot.learners import Learner


def remarks(
    data: Dataset,
    channel: Channel | None,
    measured: Measured,
    curves: list[Curve],
    learner: Learner,
) -> list[str]:
    """One sentence each."""
    told = []
    if channel is not None and (nothing := channel.warning(data.n)) is not None:
        told.append(nothing)
    if channel is None:
        told.append(
            "the flip rate is unknown: gains are in agreement with given labels; their sign is "
            f"trusted while flip rates of classes differ by at most {ASYMMETRY}"
        )
    for scheme, count in sorted(measured.refusals.items()):
        told.append(f"{scheme}: {count} second trainings kept the earlier model, a class vanished")
    for one in curves:
        if one.reason is not None:
            told.append(f"{one.scheme}: {one.reason}")
    if not learner.path:
        told.append(f"{learner.name} has no known regularisation path: tuning was not tried")
    if channel is not None and channel.epsilon is not None and data.clean.any():
        told.append(
            "true labels were used: this report and a choice made on it are not covered by epsilon"
        )
    return told
