"""Label rules: odd, bounded, and what each of them says on signs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relabel_lab.sim.schemes import ALL, Consensus, Full, Initial, parse_scheme

pytestmark = pytest.mark.smoke


SCORES = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=8, max_size=8)
SIGNS = st.lists(st.sampled_from([-1.0, 1.0]), min_size=8, max_size=8)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(SCORES, SIGNS)
def test_every_rule_is_odd_and_bounded(scores, signs):
    score, noisy = np.array(scores), np.array(signs)
    for rule in (Initial(), Full(), Consensus()):
        labels = np.asarray(rule.label(score, noisy))
        np.testing.assert_array_equal(np.asarray(rule.label(-score, -noisy)), -labels)
        assert np.all(np.abs(labels) <= 1)


def test_rules_on_signs():
    score = np.array([2.0, 2.0, -0.5, -0.5])
    noisy = np.array([1.0, -1.0, 1.0, -1.0])
    assert Initial().label(score, noisy).tolist() == [1, -1, 1, -1]
    assert Full().label(score, noisy).tolist() == [1, 1, -1, -1]
    assert Consensus().label(score, noisy).tolist() == [1, 0, 0, -1]


@pytest.mark.parametrize("name", [*ALL, "confident:0.12345678901", "crossfit:17"])
def test_names_round_trip(name):
    assert parse_scheme(name).name == name
    assert parse_scheme(str(parse_scheme(name))) == parse_scheme(name)


@pytest.mark.parametrize("text", ["majority", "", "Full"])
def test_unknown_scheme_lists_the_known_ones(text):
    with pytest.raises(ValueError, match="scheme = .* must be one of .*initial.*soft:T > 0"):
        parse_scheme(text)
