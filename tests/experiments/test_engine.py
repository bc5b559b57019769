"""The arms' engine with small learners whose answers are known."""

import jax
import numpy as np
import pytest

from relabel_lab.experiments import ARMS, arms_named, run_arms
from relabel_lab.experiments.engine import fold_of, most_confident

KEYS = jax.vmap(lambda s: jax.random.fold_in(jax.random.key(3), s))(np.arange(3))
N, K = 600, 3
RNG = np.random.default_rng(0)
CLEAN = RNG.integers(K, size=N)
FEATURES = RNG.normal(size=(N, 6)) + 1.5 * np.eye(6)[CLEAN]
GIVEN = np.where(RNG.random((3, N)) < 0.4, RNG.integers(K, size=(3, N)), CLEAN)


class Means:
    """Prototype classifier; notes the names and sizes of its fits."""

    def __init__(self):
        self.fits = []

    def fit(self, features, labels, weights, *, key, name, likelihood=None):
        self.fits.append((name, weights.sum(axis=1).tolist(), likelihood is not None))
        hot = np.eye(K)[labels] * weights[..., None]
        means = np.einsum("snk,nd->skd", hot, features) / hot.sum(axis=1)[..., None]
        return lambda x: -((x[:, None] - means[:, None]) ** 2).sum(axis=-1)

    def tuned(self, features, labels, weights, *, key):
        return self, [{"choice": i} for i in range(len(labels))]


class Memory:
    """Predicts the label it has seen for a sample, class 0 for one it has not seen."""

    def fit(self, features, labels, weights, *, key, name, likelihood=None):
        seen = np.where(weights > 0, labels, 0)
        return lambda x: np.log(np.eye(K)[seen] + 1e-9)


def likelihood():
    return np.full((3, N, K), 1 / K, dtype=np.float32)


def test_every_arm_keeps_what_its_name_says():
    trained = run_arms(ARMS, Means(), FEATURES, GIVEN, key=KEYS, likelihood=likelihood())
    assert list(trained) == [arm.name for arm in ARMS]
    assert (trained["given"].labels == GIVEN).all() and trained["given"].kept.all()
    assert trained["full"].kept.all() and (trained["full"].labels != GIVEN).any()
    for name in ("consensus", "crossfit-consensus", "forward-consensus", "consensus-3"):
        arm = trained[name]
        np.testing.assert_array_equal(arm.kept, arm.labels == GIVEN)
    counts = [trained[name].kept.sum(axis=1).tolist() for name in ("consensus", "confident")]
    assert counts[0] == counts[1]
    assert trained["tuned"].choices == [{"choice": i} for i in range(3)]


def test_retraining_on_consensus_labels_beats_the_given_ones_here():
    trained = run_arms(arms_named(["given", "consensus"]), Means(), FEATURES, GIVEN, key=KEYS)
    right = {name: (arm.labels == CLEAN)[arm.kept].mean() for name, arm in trained.items()}
    assert right["consensus"] > right["given"] + 0.1


def test_cross_fitting_forgets_what_memory_remembers():
    arms = arms_named(["consensus", "crossfit-consensus"])
    trained = run_arms(arms, Memory(), FEATURES, GIVEN, key=KEYS)
    assert trained["consensus"].kept.all()
    np.testing.assert_array_equal(trained["crossfit-consensus"].kept, GIVEN == 0)


def test_models_that_arms_share_are_trained_once():
    learner = Means()
    run_arms(ARMS, learner, FEATURES, GIVEN, key=KEYS, likelihood=likelihood())
    names = [name for name, _, _ in learner.fits]
    assert len(names) == len(set(names))
    assert [name for name, _, forward in learner.fits if forward] == ["forward"]
    halves = [sizes for name, sizes, _ in learner.fits if "/fold" in name]
    assert halves == [[N / 2] * 3] * 2


def test_a_replicate_depends_neither_on_its_batch_nor_on_other_arms():
    many = run_arms(ARMS, Means(), FEATURES, GIVEN, key=KEYS, likelihood=likelihood())
    arm = arms_named(["crossfit-consensus"])
    one = run_arms(arm, Means(), FEATURES, GIVEN[1:2], key=KEYS[1:2])["crossfit-consensus"]
    np.testing.assert_array_equal(many["crossfit-consensus"].kept[1], one.kept[0])
    np.testing.assert_array_equal(
        many["crossfit-consensus"].predict(FEATURES)[1], one.predict(FEATURES)[0]
    )


def test_forward_correction_is_left_out_where_the_likelihood_is_unknown():
    trained = run_arms(ARMS, Means(), FEATURES, GIVEN, key=KEYS)
    assert {arm.name for arm in ARMS} - set(trained) == {"forward", "forward-consensus"}


def test_folds_are_even_and_differ_between_replicates():
    folds = fold_of(KEYS, 601, 3)
    assert [np.bincount(row).tolist() for row in folds] == [[201, 200, 200]] * 3
    assert (folds[0] != folds[1]).any()


def test_the_most_confident_are_the_largest():
    mask = most_confident(np.array([[0.1, 0.9, 0.5], [0.3, 0.2, 0.1]]), np.array([2, 1]))
    assert mask.tolist() == [[False, True, True], [True, False, False]]


def test_an_unknown_arm_is_refused_by_name():
    with pytest.raises(ValueError, match="arm = best"):
        arms_named(["best"])
