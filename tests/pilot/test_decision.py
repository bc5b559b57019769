"""Verdicts follow from intervals, and from nothing else."""

import numpy as np
import pytest

from relabel_lab.pilot.decision import ADOPT, KEEP, TUNE, UNDECIDED, decide
from relabel_lab.pilot.gain.compare import Candidate, Gain, Gains
from relabel_lab.pilot.gain.intervals import Spread

pytestmark = pytest.mark.smoke


SETTING = {"C": 0.01}


def _gain(estimate, half, n=1000):
    return Gain(Spread(estimate, (half / 1.96) ** 2, np.inf, 0.0, n), 0.95)


def _gains(tuning, **candidates):
    found = tuple(
        Candidate(("given", name), _gain(*given), _gain(*tuned))
        for name, (given, tuned) in candidates.items()
    )
    return Gains(None if tuning is None else _gain(*tuning), found, {}, "accuracy")


def test_adopt_needs_to_beat_both():
    both = _gains((0.05, 0.01), full=((0.08, 0.02), (0.03, 0.02)))
    verdict = decide(both, SETTING)
    assert (verdict.decision, verdict.scheme, verdict.rounds) == (ADOPT, "full", 1)
    only_given = _gains((0.05, 0.01), full=((0.08, 0.02), (0.01, 0.02)))
    assert decide(only_given, SETTING).decision == TUNE
    only_tuned = _gains((-0.03, 0.01), full=((0.0, 0.01), (0.03, 0.01)))
    assert decide(only_tuned, SETTING).decision != ADOPT


def test_the_surest_of_two_is_adopted():
    gains = _gains(None, full=((0.2, 0.15), (0.2, 0.15)), consensus=((0.1, 0.01), (0.1, 0.01)))
    assert decide(gains, {}).scheme == "consensus"


def test_tune_gives_the_setting():
    verdict = decide(_gains((0.05, 0.01), full=((0.04, 0.01), (-0.01, 0.01))), SETTING)
    assert (verdict.decision, verdict.parameters, verdict.scheme) == (TUNE, SETTING, None)


def test_keep_needs_every_gain_below_the_margin():
    gains = _gains((0.0, 0.004), full=((0.001, 0.005), (0.001, 0.005)))
    assert decide(gains, SETTING).decision == KEEP
    assert decide(gains, SETTING, margin=0.003).decision == UNDECIDED


def test_undecided_says_how_many_more():
    verdict = decide(
        _gains(
            None,
            full=((0.02, 0.04), (0.02, 0.04)),
        ),
        {},
    )
    assert verdict.decision == UNDECIDED
    # Width falls as 1/sqrt(n): at 4 n the interval just leaves 0 out, so 3 n more.
    assert verdict.more_labels == pytest.approx(3000, rel=0.05)


def test_slack_takes_from_the_gain():
    gains = _gains((0.05, 0.01), full=((0.08, 0.02), (0.03, 0.02)))
    assert decide(gains, SETTING, slack=lambda name: 0.02).decision == TUNE
    assert decide(gains, SETTING, slack=lambda name: 0.2).decision == UNDECIDED


def test_forbidden_is_undecided_with_its_reason():
    gains = _gains((0.05, 0.01), full=((0.08, 0.02), (0.03, 0.02)))
    verdict = decide(gains, SETTING, forbidden="the flips are systematic")
    assert verdict.decision == UNDECIDED
    assert "systematic" in verdict.why
