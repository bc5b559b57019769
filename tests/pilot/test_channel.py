"""Label channels: matrices, what is refused, estimates against drawn labels, the text form."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relabel_lab.pilot.channel import Channel
from tests.strategies import agrees

pytestmark = pytest.mark.smoke


LOPSIDED = [[0.7, 0.2, 0.1], [0.05, 0.9, 0.05], [0.3, 0.1, 0.6]]
PRIOR = [0.5, 0.3, 0.15, 0.04, 0.01]

channels = st.one_of(
    st.builds(Channel.from_epsilon, st.floats(1e-3, 80), st.integers(2, 12)),
    st.builds(Channel.from_flip_rate, st.floats(0, 0.49), st.integers(2, 12)),
    st.builds(Channel.from_prior, st.floats(0.01, 20), st.just(PRIOR)),
    st.just(Channel.from_matrix(LOPSIDED)),
    st.just(Channel.from_matrix(np.array([[2, 1, 0], [1, 3, 0], [0, 1, 2.0]]) / [[3], [4], [3]])),
)


@given(channels)
def test_text_reads_back_the_same_channel(channel):
    again = Channel.parse(str(channel))
    assert again == channel and hash(again) == hash(channel)
    np.testing.assert_array_equal(again.matrix, channel.matrix)
    np.testing.assert_allclose(channel.matrix.sum(axis=1), 1, rtol=1e-12)


@given(st.floats(0.01, 30), st.integers(2, 20))
def test_randomised_response_spends_exactly_epsilon(epsilon, classes):
    matrix = Channel.from_epsilon(epsilon, classes).matrix
    largest = (matrix[:, None, :] / matrix[None, :, :]).max()
    assert math.log(largest) == pytest.approx(epsilon, rel=1e-9)


@given(st.floats(0.01, 30))
def test_response_with_a_prior_spends_at_most_epsilon(epsilon):
    channel = Channel.from_prior(epsilon, PRIOR)
    seen = channel.matrix[:, list(channel.released)]
    ratio = (seen[:, None, :] / seen[None, :, :]).max()
    assert math.log(ratio) <= epsilon * (1 + 1e-9)
    assert (np.delete(channel.matrix, list(channel.released), axis=1) == 0).all()


@given(st.floats(0.01, 30))
def test_response_with_a_prior_is_the_likeliest_right_among_all_k(epsilon):
    prior = np.array(PRIOR)
    chance = [
        prior[:k].sum() * math.exp(epsilon) / (math.exp(epsilon) + k - 1) for k in range(1, 6)
    ]
    channel = Channel.from_prior(epsilon, PRIOR)
    assert prior @ np.diag(channel.matrix) == pytest.approx(max(chance), rel=1e-12)


def test_flip_rate_of_two_classes_is_that_of_r13():
    channel = Channel.from_epsilon(1.0, 2)
    assert channel.flip_rate() == pytest.approx(1 / (1 + math.e))
    assert channel.keep - channel.other == pytest.approx(math.tanh(0.5))


@pytest.mark.parametrize(
    "channel",
    [
        Channel.from_epsilon(1.0, 4),
        Channel.from_flip_rate(0.3, 2),
        Channel.from_matrix(LOPSIDED),
    ],
)
def test_scores_are_unbiased_on_drawn_labels(channel):
    """The mean score of a fixed prediction is its accuracy."""
    draw, n, k = np.random.default_rng(5), 40_000, channel.classes
    true = draw.choice(k, size=n, p=np.arange(1, k + 1) / np.arange(1, k + 1).sum())
    predicted = np.where(draw.random(n) < 0.8, true, draw.integers(0, k, n))
    observed = (draw.random((n, 1)) > channel.matrix[true].cumsum(axis=1)).sum(axis=1)
    error = channel.scores(predicted, observed) - (predicted == true)
    assert agrees(error, 0)
    assert abs(np.mean(observed == predicted) - np.mean(predicted == true)) > 0.05  # it corrects


def test_scores_agree_with_the_symmetric_formula():
    channel, both = Channel.from_epsilon(0.7, 5), np.arange(5)
    predicted, observed = np.meshgrid(both, both)
    direct = channel.accuracy((predicted == observed).astype(float))
    np.testing.assert_allclose(channel.scores(predicted, observed), direct, rtol=1e-9)


def test_gain_stays_estimable_where_some_class_is_never_given():
    """E[score_a − score_b | true] is exactly 1[true = a] − 1[true = b] for given classes a, b."""
    channel = Channel.from_prior(1.0, PRIOR)
    a, b = channel.released[0], channel.released[1]
    everything = np.arange(5)
    difference = channel.scores(np.full(5, a), everything) - channel.scores(
        np.full(5, b), everything
    )
    expected = (everything == a).astype(float) - (everything == b)
    np.testing.assert_allclose(channel.matrix @ difference, expected, atol=1e-9)
    assert not channel.invertible and channel.condition == math.inf
    with pytest.raises(ValueError, match="never given"):
        channel.true_distribution(np.full(5, 0.2))


def test_class_distribution_is_recovered_exactly():
    channel, truth = Channel.from_matrix(LOPSIDED), np.array([0.2, 0.5, 0.3])
    np.testing.assert_allclose(channel.true_distribution(truth @ channel.matrix), truth)
    table = np.diag(truth)
    assert channel.confusion_agreement(table) == pytest.approx(1 - channel.flip_rate(truth))


def test_epsilon_64_flips_nothing_and_says_so():
    channel = Channel.from_epsilon(64, 10)
    assert channel.flip_rate() == pytest.approx(9 * math.exp(-64), rel=1e-9)
    assert "nothing flips: at epsilon = 64" in channel.warning(10**6)
    assert Channel.from_epsilon(2.0, 10).warning(100) is None
    assert "this flip rate" in Channel.from_flip_rate(0, 2).warning(100)


@pytest.mark.parametrize("epsilon", [0, -1, math.inf, math.nan, "1", None, True])
def test_epsilon_must_be_positive_and_finite(epsilon):
    with pytest.raises(ValueError, match="epsilon must be finite and > 0"):
        Channel.from_epsilon(epsilon, 2)


@pytest.mark.parametrize("rate, classes", [(0.5, 2), (0.75, 4), (-0.1, 2), (math.nan, 3)])
def test_flip_rate_must_leave_labels_better_than_chance(rate, classes):
    with pytest.raises(ValueError, match="flip_rate must be in"):
        Channel.from_flip_rate(rate, classes)


@pytest.mark.parametrize("classes", [1, 0, 2.5, "3", True])
def test_classes_must_be_two_or_more(classes):
    with pytest.raises(ValueError, match="classes must be a whole number >= 2"):
        Channel.from_epsilon(1.0, classes)


@pytest.mark.parametrize(
    "matrix, why",
    [
        ([[1, 0], [0.5, 0.4]], "each summing to 1"),
        ([[1.2, -0.2], [0, 1]], "each summing to 1"),
        ([[0.4, 0.6], [0.1, 0.9]], "largest on the diagonal"),
        ([[0.5, 0.5], [0.5, 0.5]], "largest on the diagonal"),
        ([[0.9, 0.1]], "square"),
        ([[1]], "square"),
        ([["a", "b"], ["c", "d"]], "table of numbers"),
        ([[math.nan, 1], [0, 1]], "each summing to 1"),
        ([[0.4, 0.25, 0.35], [0.3, 0.4, 0.3], [0.35, 0.25, 0.4]], None),
        ([[0.4, 0.3, 0.3], [0.25, 0.5, 0.25], [0.3, 0.35, 0.35]], "largest"),
        ([[0.5, 0.3, 0.2], [0.3, 0.36, 0.34], [0.4, 0.33, 0.27]], "largest"),
    ],
)
def test_unusable_matrices_are_refused(matrix, why):
    if why is None:
        assert Channel.from_matrix(matrix).invertible
        return
    with pytest.raises(ValueError, match=f"flip_matrix.*{why}"):
        Channel.from_matrix(matrix)


def test_a_singular_matrix_with_a_dominant_diagonal_is_refused():
    """Rows 1 + 2 = rows 3 + 4, so T has no inverse though every diagonal entry is largest."""
    rows = np.array([[5, 1, 4, 0], [1, 5, 0, 4], [4, 0, 5, 1], [0, 4, 1, 5]]) / 10
    with pytest.raises(ValueError, match="invertible"):
        Channel.from_matrix(rows)


@pytest.mark.parametrize("prior", [[1.0], [0.5, 0.6], [1.5, -0.5], "ab", [[0.5, 0.5]]])
def test_unusable_priors_are_refused(prior):
    with pytest.raises(ValueError, match="prior must be"):
        Channel.from_prior(1.0, prior)


@pytest.mark.parametrize(
    "text", ["", "epsilon", "epsilon:2", "epsilon:2.5,1", "prior:1,2", "matrix:a", "else:2,1"]
)
def test_unreadable_texts_are_refused(text):
    with pytest.raises(ValueError):
        Channel.parse(text)


def test_the_matrix_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        Channel.from_epsilon(1.0, 2).matrix[0, 0] = 1


def test_numbers_of_symmetric_flips_are_refused_elsewhere():
    with pytest.raises(ValueError, match="symmetric flips"):
        _ = Channel.from_matrix(LOPSIDED).keep
