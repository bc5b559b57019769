"""What people ask about retraining, as small cases with the right answer (estimator's side)."""

import math

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from relabel_lab.pilot import Channel, RetrainingClassifier, RetrainingWarning
from relabel_lab.pilot.gain.paired import paired_gain
from relabel_lab.pilot.privacy import rows_to_see, simulate_release
from tests.strategies import agrees


def mixture(n, d, length, seed, rare=0.5):
    """Two gaussian classes whose means are ``2 * length`` apart; features and true labels."""
    draw = np.random.default_rng(seed)
    y = (draw.random(n) < rare).astype(int)
    mean = np.zeros(d)
    mean[0] = length
    return draw.normal(size=(n, d)) + np.outer(2 * y - 1, mean), y


def constant_margin(n, d, length, seed):
    """The same with no noise along the means, the paper's model."""
    X, y = mixture(n, d, length, seed)
    X[:, 0] = (2 * y - 1) * length
    return X, y


def accuracy(model, X, y):
    return float(np.mean(model.predict(X) == y))


def test_five_rounds_at_40_percent_noise_memorise_in_sample():
    """In-sample agreement of 95 % cannot be skill at 40 % flips: the ceiling of truth is 60 %.

    A neighbour's own label is its nearest, so every round returns the given labels and the test
    accuracy stays where it was; cross-fitted labels leave the memory behind.
    """
    X, y = mixture(600, 5, 1.5, seed=0)
    noise = Channel.from_flip_rate(0.4, 2)
    given = simulate_release(y, noise, seed=1001)
    test_X, test_y = mixture(2000, 5, 1.5, seed=2)
    nearest = KNeighborsClassifier(5, weights="distance")
    with pytest.warns(RetrainingWarning, match="would with 6.*cv=5"):
        inside = RetrainingClassifier(nearest, "full", rounds=5, noise=noise).fit(X, given)
    assert inside.history_[1]["agreement"] > 0.95 > inside.ceiling_ + 0.3
    assert not inside.changed_.any()
    outside = RetrainingClassifier(
        nearest, "full", rounds=3, cv=5, noise=noise, random_state=0
    ).fit(X, given)
    assert outside.history_[1]["agreement"] < inside.ceiling_ + 0.05
    assert accuracy(outside, test_X, test_y) > accuracy(inside, test_X, test_y) + 0.1


def averaging():
    """Nearly the paper's classifier: the mean of labelled features."""
    return RidgeClassifier(alpha=1e5, fit_intercept=False)


def test_five_rounds_look_ever_better_in_sample_while_the_test_falls():
    """R5 at n = 1000, d = 100, rho = 0.8, 30 % flips: every round loses, so the right stop is none.

    On the labels it was trained on the last model is right nearly always.
    """
    noise, paths = Channel.from_flip_rate(0.3, 2), []
    for seed in range(10):
        X, y = constant_margin(1000, 100, math.sqrt(0.8), seed)
        test = constant_margin(2000, 100, math.sqrt(0.8), seed + 100)
        given = simulate_release(y, noise, 1000 + seed)
        models = [
            RetrainingClassifier(averaging(), "full", rounds=t).fit(X, given) for t in (0, 1, 5)
        ]
        paths.append([accuracy(model, *test) for model in models])
        assert np.mean(models[0].predict(X) == models[0].labels_) < 0.8
        assert np.mean(models[2].predict(X) == models[2].labels_) > 0.95
    steps = np.diff(paths, axis=1)
    errors = np.std(steps, axis=0, ddof=1) / math.sqrt(len(steps))
    assert (np.mean(steps, axis=0) < -3 * errors).all()


def test_a_boosted_learner_on_pruned_data_gains_nothing():
    """Strong trees on clear classes already ignore 10 % flips: it is the learner, not the size."""
    gains, linear = [], []
    for seed in range(3):
        X, y = mixture(1000, 6, 2.0, seed)
        given = simulate_release(y, Channel.from_flip_rate(0.1, 2), 1000 + seed)
        test_X, test_y = mixture(4000, 6, 2.0, seed + 50)
        boosted = HistGradientBoostingClassifier(
            max_iter=12, max_leaf_nodes=4, early_stopping=False, random_state=0
        )
        tree = DecisionTreeClassifier(random_state=0)
        for learner, into in ((boosted, gains), (tree, linear)):
            before = accuracy(learner.fit(X, given), test_X, test_y)
            pruned = RetrainingClassifier(learner, "consensus", cv=5, random_state=0)
            into.append(accuracy(pruned.fit(X, given), test_X, test_y) - before)
    assert abs(np.mean(gains)) < 0.005  # the boosted learner: nothing
    assert np.mean(linear) > 0.03  # one tree remembers flips, and pruning mends that


def test_label_errors_of_7_5_percent_and_how_many_rows_would_show_a_change():
    """Two models that differ on 2 % of rows by half a point need some ten thousand rows."""
    noise = Channel.from_flip_rate(0.075, 2)
    needed = rows_to_see(0.005, 0.02, noise)
    assert 8_000 < needed < 12_000
    seen = rows_to_see(0.005, 0.02, Channel.from_flip_rate(0.0, 2))
    assert needed / seen == pytest.approx(1 / 0.85**2, rel=0.01)


def test_a_student_can_beat_its_teacher():
    """The teacher's flips spread over all classes and directions; the student averages them out.

    Retraining at a clear separation, few samples and many flips: the student is trained on
    labels that are righter than the given ones, by a model that saw only those.
    """
    won, labels, before = [], [], []
    for seed in range(8):
        X, y = mixture(400, 100, 2.0, seed)
        given = simulate_release(y, Channel.from_flip_rate(0.35, 2), 1000 + seed)
        test_X, test_y = mixture(3000, 100, 2.0, seed + 90)
        learner = averaging()
        model = RetrainingClassifier(learner, "full").fit(X, given)
        labels.append(np.mean(model.labels_ == y) - np.mean(given == y))
        won.append(accuracy(model, test_X, test_y))
        before.append(accuracy(learner.fit(X, given), test_X, test_y))
    gain = np.array(won) - before
    assert np.mean(gain) > 3 * np.std(gain, ddof=1) / math.sqrt(8) > 0
    assert min(labels) > 0.1


def test_two_positives_in_a_thousand_do_not_vanish_unseen():
    X, y = mixture(1000, 4, 0.5, seed=3, rare=0.002)
    assert 0 < y.sum() < 8
    model = RetrainingClassifier(LogisticRegression(), "full")
    with pytest.warns(RetrainingWarning, match="class 1 would vanish"):
        model.fit(X, y)
    assert model.coverage_ == {0: 1.0, 1: 1.0} and model.rounds_ == 0
    assert model.predict_proba(X).shape == (1000, 2)


def test_epsilon_64_flips_nothing():
    X, y = mixture(100, 3, 1.0, seed=4)
    noise = Channel.from_epsilon(64, 2)
    assert (simulate_release(y, noise, seed=5) == y).all()
    with pytest.warns(RetrainingWarning, match="nothing flips: at epsilon = 64"):
        RetrainingClassifier(LogisticRegression(), noise=noise).fit(X, y)


def test_asymmetric_noise_moves_the_estimate_and_the_matrix_mends_it():
    """Flips of one class only: the symmetric formula misjudges a gain, the matrix does not."""
    X, y = mixture(20_000, 2, 1.0, seed=6)
    noise = Channel.from_matrix([[0.6, 0.4], [0.0, 1.0]])
    given = simulate_release(y, noise, seed=1007)
    right, shifted = (X[:, 0] > 0).astype(int), (X[:, 0] > -0.6).astype(int)
    truth = np.mean(shifted == y) - np.mean(right == y)
    symmetric = Channel.from_flip_rate(float(np.mean(given != y)), 2)
    naive = np.mean(symmetric.scores(shifted, given) - symmetric.scores(right, given))
    mended = noise.scores(shifted, given) - noise.scores(right, given)
    assert truth < -0.02 < 0.02 < naive  # the wrong sign
    assert agrees(mended, truth)


def test_a_wrong_noise_rate_changes_the_size_of_a_gain_and_never_its_sign():
    """.2 supplied where .4 is true: a third of the gain, the same verdict on its sign."""
    X, y = mixture(20_000, 2, 1.0, seed=8)
    given = simulate_release(y, Channel.from_flip_rate(0.4, 2), seed=1009)
    before, after = (X[:, 0] > 0.8).astype(int), (X[:, 0] > 0).astype(int)
    truth = np.mean(after == y) - np.mean(before == y)
    right, wrong = (
        paired_gain(before, after, given, Channel.from_flip_rate(rate, 2)) for rate in (0.4, 0.2)
    )
    low, high = right.interval(0.95)
    assert low < truth < high
    assert wrong.estimate == pytest.approx(right.estimate / 3)
    low, high = wrong.interval(0.95)
    assert 0 < low < high < truth


def test_given_labels_alone_rank_models_as_true_ones_do():
    """Selection on held-out given labels: agreement is q + (keep - q) times accuracy (R14)."""
    X, y = mixture(6_000, 10, 1.0, seed=9)
    noise = Channel.from_flip_rate(0.3, 2)
    given = simulate_release(y, noise, seed=1010)
    train, held_out = slice(0, 3_000), slice(3_000, None)
    trees = [DecisionTreeClassifier(min_samples_leaf=leaf, random_state=0) for leaf in (1, 20, 150)]
    models = [tree.fit(X[train], given[train]) for tree in trees]
    agreement = [accuracy(model, X[held_out], given[held_out]) for model in models]
    skill = [accuracy(model, X[held_out], y[held_out]) for model in models]
    in_sample = [accuracy(model, X[train], given[train]) for model in models]
    assert np.argsort(agreement).tolist() == np.argsort(skill).tolist() == [0, 1, 2]
    assert np.argsort(in_sample).tolist() == [2, 1, 0]  # what not to select by
    for seen, true in zip(agreement, skill, strict=True):
        assert noise.accuracy(seen) == pytest.approx(true, abs=4 * 0.5 / 0.4 / math.sqrt(3_000))
