"""Releases by OpenDP, simulations, what is refused, and what privacy costs in labels."""

import math
import pickle

import numpy as np
import pytest
from scipy.stats import chisquare
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score

from relabel_lab.pilot import Channel, RetrainingClassifier
from relabel_lab.pilot.privacy import (
    PrivateLabels,
    epsilon_of,
    label_price,
    labels_needed,
    rows_to_see,
    simulate_release,
)
from relabel_lab.pilot.privacy.mechanism import response
from relabel_lab.pilot.privacy.size import accuracy_at
from relabel_lab.theory.sample_size import SampleSize
from tests.strategies import alike, share_error, within

NAMES = ("ant", "bee", "cow", "dog")
PRIOR = (0.55, 0.25, 0.15, 0.05)


def counts_fit(given, expected):
    """Whether class counts come from a distribution: chi-square at one in a million.

    A release is truly random, so this test fails once in a million runs by chance.
    """
    counts = np.bincount(given, minlength=len(expected))
    possible = expected > 0
    assert (counts[~possible] == 0).all()
    assert chisquare(counts[possible], len(given) * expected[possible]).pvalue > 1e-6


@pytest.mark.parametrize("true", range(4))
@pytest.mark.parametrize(
    "channel", [Channel.from_epsilon(1.0, 4), Channel.from_prior(1.0, PRIOR)], ids=str
)
def test_opendp_and_the_simulation_follow_the_flip_matrix(channel, true):
    answer, _ = response(channel)
    counts_fit(np.array([answer(true) for _ in range(4000)]), channel.matrix[true])
    counts_fit(simulate_release(np.full(4000, true), channel, seed=true), channel.matrix[true])


@pytest.mark.parametrize("epsilon", [1e-3, 0.3, 1.0, 5.0, 64.0])
@pytest.mark.parametrize("classes", [2, 10])
def test_a_release_never_spends_more_than_asked(epsilon, classes):
    _, spent = response(Channel.from_epsilon(epsilon, classes))
    assert spent <= epsilon
    assert spent >= min(epsilon, 36) - 1e-9  # a double cannot flip more rarely than e^-36


def test_a_release_is_what_was_asked_for():
    labels = PrivateLabels(["ant", "cow"] * 30, NAMES, budget=3)
    released = labels.release(1.5)
    assert set(released.labels) <= set(NAMES) and len(released) == 60
    assert released.channel == Channel.from_epsilon(1.5, 4)
    assert released.epsilon == pytest.approx(1.5)
    with pytest.raises(ValueError, match="read-only"):
        released.labels[0] = "ant"


def test_a_prior_that_leaves_one_class_spends_nothing():
    released = PrivateLabels(["ant"] * 9 + ["bee"], NAMES, 1).release(0.1, prior=PRIOR)
    assert set(released.labels) == {"ant"} and released.epsilon == 0


def test_budget_is_kept_over_releases():
    labels = PrivateLabels(["ant", "bee"], NAMES, budget=1.0)
    labels.release(0.4)
    labels.release(0.6)
    assert labels.spent == pytest.approx(1.0)
    with pytest.raises(ValueError, match="what is left of the budget"):
        labels.release(0.1)


@pytest.mark.parametrize(
    "use",
    [
        np.asarray,
        list,
        pickle.dumps,
        lambda y: y[0],
        lambda y: y == "ant",
        lambda y: accuracy_score(y, ["ant"] * 4),
        lambda y: LogisticRegression().fit(np.eye(4), y),
        lambda y: RetrainingClassifier(LogisticRegression()).fit(np.eye(4), y),
    ],
)
def test_true_labels_cannot_be_used_by_accident(use):
    labels = PrivateLabels(["ant", "bee", "ant", "bee"], NAMES, budget=1.0)
    with pytest.raises(TypeError, match="private labels cannot be read"):
        use(labels)
    assert "ant" not in repr(labels)


def test_released_labels_train_a_classifier_that_knows_its_noise():
    draw = np.random.default_rng(0)
    true = draw.integers(0, 2, 200)
    X = draw.normal(size=(200, 3)) + 2 * true[:, None]
    released = PrivateLabels(true, (0, 1), budget=2).release(2)
    model = released.classifier(LogisticRegression(), scheme="full").fit(X, released)
    assert model.noise == released.channel
    assert np.mean(model.predict(X) == true) > 0.85


@pytest.mark.parametrize(
    "labels, classes, why",
    [
        (["ant", "elk"], NAMES, "1 outside"),
        ([], NAMES, "no label"),
        (["ant"], ("ant",), "two or more different"),
        (["ant"], ("bee", "ant"), "sorted"),
    ],
)
def test_unusable_labels_are_refused_without_showing_one(labels, classes, why):
    with pytest.raises(ValueError, match=why) as caught:
        PrivateLabels(labels, classes, budget=1)
    assert "elk" not in str(caught.value)


def test_a_flip_matrix_is_no_private_release():
    with pytest.raises(ValueError, match="epsilon is unknown"):
        response(Channel.from_matrix([[0.9, 0.1], [0.2, 0.8]]))


@pytest.mark.parametrize("epsilon, classes", [(0.3, 2), (2.0, 10), (1e-3, 3)])
def test_epsilon_and_flip_rate_are_inverse(epsilon, classes):
    rate = Channel.from_epsilon(epsilon, classes).flip_rate()
    assert epsilon_of(rate, classes) == pytest.approx(epsilon, rel=1e-9)
    assert epsilon_of(0, classes) == math.inf


def test_price_of_a_label_on_drawn_data():
    """Released labels at the price's multiple give the averaging classifier the same accuracy."""
    draw, d, n, K, epsilon = np.random.default_rng(2), 40, 400, 3, 1.5
    price = label_price(epsilon, K)
    means = 1.2 * np.linalg.qr(draw.normal(size=(d, K)))[0].T
    channel = Channel.from_epsilon(epsilon, K)

    def accuracy(size, private):
        y = draw.integers(0, K, size)
        X = means[y] + draw.normal(size=(size, d))
        given = simulate_release(y, channel, draw) if private else y
        model = (np.eye(K)[given] - 1 / K).T @ X
        test = draw.integers(0, K, 500)
        features = means[test] + draw.normal(size=(500, d))
        return np.mean(np.argmax(features @ model.T, axis=1) == test)

    true = [accuracy(n, False) for _ in range(60)]
    released = [accuracy(round(price * n), True) for _ in range(60)]
    cheap = [accuracy(n, True) for _ in range(60)]
    error = math.sqrt((np.var(true) + np.var(released)) / 60)
    assert alike(true, released)
    assert np.mean(true) - np.mean(cheap) > 8 * error


def test_two_classes_have_the_accuracy_of_r1():
    for kappa in (0.0, 0.5, 2.0, 4.0):
        expected = 0.5 * math.erfc(-kappa / 2)
        assert accuracy_at(kappa, 2) == pytest.approx(expected, abs=1e-12)


def test_initial_labels_needed_agree_with_the_limit_of_two_classes():
    """R1: kappa = rho (1 - 2p) sqrt(n/(d - 1)), accuracy its normal integral."""
    needed = labels_needed(0.9, 1.0, separation=1.5, dimension=201)
    kappa = 2.25 * math.tanh(0.5) * math.sqrt(needed.n / 200)
    assert 0.5 * math.erfc(-kappa / math.sqrt(2)) == pytest.approx(0.9, abs=1e-3)
    many = labels_needed(0.9, 1.0, classes=10, separation=3, dimension=201)
    assert many.n == pytest.approx(
        labels_needed(0.9, 50, classes=10, separation=3, dimension=201).n * label_price(1.0, 10),
        rel=0.01,
    )


def test_sizes_that_are_not_known_are_withheld():
    withheld = labels_needed(0.9, 1, classes=4, separation=2, dimension=50, scheme="full")
    assert withheld.n is None and "two classes only" in withheld.why


@pytest.mark.parametrize("found", [1234, None])
def test_retraining_sizes_are_those_of_the_theory_for_this_epsilon(monkeypatch, found):
    asked = {}

    def sample_size(problem, target, *, scheme, accuracy):
        asked.update(problem=problem, target=target, scheme=scheme.name, accuracy=accuracy)
        return SampleSize(found, 0.9, 0.001, "R20", 10_000)

    monkeypatch.setattr("relabel_lab.theory.sample_size", sample_size)
    options = {"separation": 2.0, "dimension": 101, "scheme": "consensus", "probability": 0.8}
    needed = labels_needed(0.95, 0.4, **options)
    assert needed.n == found and ("R20" in needed.why or "no size reaches it" in needed.why)
    assert (asked["target"], asked["scheme"], asked["accuracy"]) == (0.8, "consensus", 0.95)
    problem = asked["problem"]
    assert (problem.d, problem.gamma) == (101, 2.0)
    assert problem.p == pytest.approx(1 / (1 + math.exp(0.4)))


def test_rows_to_see_a_gain_have_the_power_they_promise():
    draw, channel = np.random.default_rng(3), Channel.from_flip_rate(0.3, 2)
    gain, discordance = 0.04, 0.1
    n, runs = rows_to_see(gain, discordance, channel), 2000
    wins, losses = (discordance + gain) / 2, (discordance - gain) / 2
    better = wins * 0.7 + losses * 0.3  # given label agrees with the better model
    rows = draw.multinomial(n, [better, discordance - better, 1 - discordance], size=runs)
    z = (rows[:, 0] - rows[:, 1]) / np.sqrt(rows[:, 0] + rows[:, 1])
    power = np.mean(np.abs(z) > 1.96)
    assert within(power, 0.8, share_error(0.8, runs))


@pytest.mark.parametrize(
    "call, why",
    [
        (lambda: labels_needed(0.4, 1, separation=1, dimension=9), "above chance"),
        (lambda: labels_needed(0.9, 0, separation=1, dimension=9), "epsilon must be"),
        (lambda: labels_needed(0.9, 1, separation=-1, dimension=9), "separation must be"),
        (lambda: labels_needed(0.9, 1, separation=1, dimension=1), "dimension must be"),
        (lambda: rows_to_see(0.2, 0.1, Channel.from_flip_rate(0.1, 2)), "gain must be in"),
        (lambda: rows_to_see(0.1, 0.2, Channel.from_flip_rate(0.1, 2), power=1), "power must be"),
        (lambda: epsilon_of(0.6, 2), "flip_rate must be"),
    ],
)
def test_bad_sizes_are_named(call, why):
    with pytest.raises(ValueError, match=why):
        call()
