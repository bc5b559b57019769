"""Numbers and verdicts as people read them."""

from relabel_lab.pilot.decision import ADOPT, KEEP, TUNE
from relabel_lab.pilot.findings import Findings
from relabel_lab.pilot.gain import GIVEN, INITIAL, Spread, tuned_key


def points(value: float) -> str:
    """Points of accuracy with their sign, one decimal."""
    text = f"{100 * value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def interval(ends: tuple[float, float]) -> str:
    """``[low, high]`` in points."""
    return f"[{points(ends[0])}, {points(ends[1])}]"


def percent(value: float) -> str:
    """A share in per cent."""
    return f"{100 * value:.1f} %"


def level_words(found: Findings) -> str:
    """How often the learner as given and the tuned one are right, or agree with given labels."""
    key = tuned_key(found.measured)
    told = f"the learner as given {_right(found)} {_level(found.gains.levels[GIVEN, INITIAL])}"
    if key == (GIVEN, INITIAL):
        return f"{told} of those rows"
    return f"{told} of those rows, the tuned one on {_level(found.gains.levels[key])}"


def _right(found: Findings) -> str:
    if found.gains.unit == "accuracy":
        return "is right on"
    return "agrees with the given label on"


def _level(spread: Spread) -> str:
    low, high = (min(max(end, 0.0), 1.0) for end in spread.interval(0.95))
    return f"{percent(min(max(spread.estimate, 0.0), 1.0))} [{100 * low:.1f}, {100 * high:.1f}]"


def noise_words(found: Findings) -> str:
    """Flip rate and verdict in one sentence or two."""
    rate = found.rate
    if rate.value is None:
        told = f"flip rate unknown, at most {percent(rate.interval[1])} if symmetric"
    elif rate.source == "stated":
        told = f"flip rate {percent(rate.value)} as stated"
    else:
        low, high = rate.interval
        told = f"flip rate {percent(rate.value)} [{percent(low)}, {percent(high)}] {rate.note}"
    if rate.source == "stated" and rate.note:
        told += f" ({rate.note})"
    return f"{told}; {found.noise.verdict}: {found.noise.why}"


def advice(found: Findings) -> str:
    """What to do with the verdict."""
    verdict = found.verdict
    setting = ", ".join(
        f"{key.rpartition('__')[2]} = {value:g}" for key, value in verdict.parameters.items()
    )
    if verdict.decision == ADOPT:
        with_ = f" after setting {setting}" if setting else ""
        return f"Retrain ({verdict.scheme}, one round){with_}; watch coverage by group afterwards."
    if verdict.decision == TUNE:
        return f"Set {setting} and do not retrain: it adds nothing that these labels show."
    if verdict.decision == KEEP:
        return "Leave the learner as it is."
    if verdict.more_labels is None:
        return "Change nothing on this evidence."
    return f"Change nothing on this evidence; collect about {verdict.more_labels:,} more labels."
