"""What a reader is to be warned of."""

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.gain import (
    ASYMMETRY,
    INITIAL,
    LEANS,
    RETUNED,
    TUNED,
    Curve,
    Key,
    Measured,
    named_least,
)
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
    told += _leaning(data, channel, measured)
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


def _leaning(data: Dataset, channel: Channel | None, measured: Measured) -> list[str]:
    least = named_least(measured, data, channel)
    leaning = {key: one for key, one in least.items() if one[0] < LEANS and key[1] != RETUNED}
    if not leaning:
        return []
    key, (ratio, code) = min(leaning.items(), key=lambda pair: pair[1])
    names = ", ".join(_name(key) for key in leaning)
    return [
        f"{names}: some class is hardly named ({_name(key)} names class {data.classes[code]} "
        f"{100 * ratio:.0f} % as often as it occurs), so such gains are of these rows and may "
        "differ on fresh ones"
    ]


def _name(key: Key) -> str:
    if key[1] == INITIAL:
        return "the tuned learner" if key[0] == TUNED else "the learner as given"
    return f"{TUNED}-{key[1]}" if key[0] == TUNED else key[1]
