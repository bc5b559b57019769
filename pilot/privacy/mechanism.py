"""OpenDP's randomised response over class codes: its secure generator, its privacy map."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from relabel_lab.pilot.channel import Channel

STEPS = 64  # roundings of a probability before giving up; one is enough in practice


@contextmanager
def _contrib() -> Iterator[Any]:
    """OpenDP with ``contrib`` switched on, and off again where it was off."""
    from opendp import prelude as dp
    from opendp.mod import GLOBAL_FEATURES

    before = "contrib" in GLOBAL_FEATURES
    dp.enable_features("contrib")
    try:
        yield dp
    finally:
        if not before:
            dp.disable_features("contrib")


def response(channel: Channel) -> tuple[Callable[[int], int], float]:
    """A randomised response over the classes that ``channel`` gives, and the ε it spends.

    The probability of truth is rounded down until OpenDP's privacy map, which rounds up, is at
    most the channel's ε. A code outside those classes comes out uniformly, as RRWithPrior asks.
    """
    epsilon, given = channel.epsilon, channel.released
    if epsilon is None:
        raise ValueError(f"channel {channel} is no randomised response: its epsilon is unknown")
    if len(given) == 1:  # always the same label: nothing is drawn and nothing spent
        return (lambda code: given[0]), 0.0
    with _contrib() as dp:
        truth = 1 / (1 + (len(given) - 1) * math.exp(-epsilon))
        for _ in range(STEPS):
            measure = dp.m.make_randomized_response(list(given), truth)
            if truth < 1 and measure.map(1) <= epsilon:
                return measure, float(measure.map(1))
            truth = math.nextafter(truth, 0)
    raise ValueError(f"epsilon = {epsilon!r} is too small for {len(given)} classes to be released")
