"""Label mechanisms: frequencies, likelihoods, privacy, refusals."""

import jax
import numpy as np
import pytest

from relabel_lab.experiments.labels import (
    ClassFlips,
    HumanLabels,
    keep_probability,
    randomised_response,
    respond,
    two_stage,
    uniform_flips,
)
from relabel_lab.experiments.labels.prior import best_top
from tests.strategies import share_error, within

pytestmark = pytest.mark.smoke


KEY = jax.random.key(7)
CLEAN = np.arange(40_000) % 4


def test_randomised_response_keeps_and_spreads_as_the_definition_says():
    given = randomised_response(4, 1.0).draw(CLEAN, key=KEY)
    keep = np.e / (np.e + 3)
    assert within((given == CLEAN).mean(), keep, share_error(keep, len(CLEAN)))
    wrong = np.bincount((given - CLEAN)[given != CLEAN] % 4, minlength=4)[1:]
    assert within(wrong / wrong.sum(), 1 / 3, share_error(1 / 3, wrong.sum()))


def test_draws_depend_on_the_key_alone():
    response = randomised_response(4, 1.0)
    again = response.draw(CLEAN, key=KEY)
    np.testing.assert_array_equal(response.draw(CLEAN, key=KEY), again)
    with jax.enable_x64(False):
        np.testing.assert_array_equal(response.draw(CLEAN, key=KEY), again)
    assert (response.draw(CLEAN, key=jax.random.key(8)) != again).any()


def test_two_classes_are_the_binary_response():
    assert keep_probability(2, 1.5) == pytest.approx(1 / (1 + np.exp(-1.5)), rel=1e-12)


def test_class_flips_are_estimated_and_drawn_by_their_table():
    table = np.array([[0.7, 0.3, 0.0], [0.0, 0.9, 0.1], [0.5, 0.0, 0.5]])
    clean = np.arange(60_000) % 3
    given = ClassFlips(table).draw(clean, key=KEY)
    found = ClassFlips.estimated(clean, given, 3).matrix
    assert within(found, table, share_error(table, 20_000))
    np.testing.assert_allclose(ClassFlips(table).likelihood(np.array([1])), [[0.3, 0.9, 0.0]])


def test_human_labels_are_taken_as_they_are():
    given = np.array([0, 1, 1, 2])
    people = HumanLabels(given, 3)
    np.testing.assert_array_equal(people.draw(np.array([0, 0, 1, 2]), key=KEY), given)
    assert people.likelihood(given) is None


def test_best_top_beats_every_other_number_of_classes():
    prior = -np.sort(-np.random.default_rng(0).dirichlet(np.full(6, 0.4), 200), axis=1)
    for epsilon in (0.3, 1.0, 3.0):
        right = [
            np.exp(epsilon) / (np.exp(epsilon) + k - 1) * prior[:, :k].sum(axis=1)
            for k in range(1, 7)
        ]
        np.testing.assert_array_equal(best_top(prior, epsilon), 1 + np.argmax(right, axis=0))


def test_a_report_with_a_prior_is_private_and_its_likelihood_is_its_law():
    epsilon, classes, draws = 1.2, 5, 40_000
    prior = np.array([0.05, 0.5, 0.25, 0.15, 0.05])
    table = []
    for true in range(classes):
        label, likelihood, top = respond(
            np.full(draws, true), np.tile(prior, (draws, 1)), epsilon, key=jax.random.key(true)
        )
        assert top[0] < classes, "the prior must matter in this test"
        frequency = np.bincount(label, minlength=classes) / draws
        law = np.zeros(classes)
        law[label] = likelihood[:, true]
        assert within(frequency, law, share_error(law, draws), also=1e-12)
        table.append(law)
    seen = np.array(table)[:, np.array(table).max(axis=0) > 0]
    assert (seen.max(axis=0) <= np.exp(epsilon) * seen.min(axis=0) * (1 + 1e-6)).all()


def test_two_stages_report_among_the_likeliest_only_in_the_second():
    def prior(labels, first):
        assert (labels[~first] == 0).all(), "labels of the second stage are not seen"
        return np.where(np.arange(4) == CLEAN[:, None], 0.7, 0.1)

    told = two_stage(CLEAN, 4, 1.0, prior, key=KEY, share=0.25)
    assert told.first.sum() == 10_000
    first, second = told.first, ~told.first
    assert (told.top[first] == 4).all() and (told.top[second] < 4).all()
    assert (told.labels == CLEAN)[second].mean() > (told.labels == CLEAN)[first].mean() + 0.1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: randomised_response(10, 0.0), "epsilon = 0.0"),
        (lambda: randomised_response(10, -1.0), "epsilon = -1.0"),
        (lambda: randomised_response(1, 1.0), "classes = 1"),
        (lambda: uniform_flips(3, 1.0), "rate = 1.0"),
        (lambda: ClassFlips(np.array([[0.5, 0.4], [0.0, 1.0]])), "sum"),
        (lambda: HumanLabels(np.array([0, 3]), 3), "labels = 3"),
        (lambda: randomised_response(2, 1.0).draw(np.array([2]), key=KEY), "labels = 2"),
    ],
)
def test_nonsense_is_refused_by_name(make, words):
    with pytest.raises(ValueError, match=words):
        make()
