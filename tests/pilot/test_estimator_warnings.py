"""What RetrainingClassifier says or refuses, and `scheme="auto"`."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from relabel_lab.pilot import Channel, RetrainingClassifier, RetrainingWarning
from relabel_lab.pilot.decision import Verdict
from tests.pilot.plain import learner


def rare_class():
    """Two positives among a thousand, drowned: a linear learner predicts none of them."""
    draw = np.random.default_rng(1)
    y = np.zeros(1000, dtype=int)
    y[:2] = 1
    return draw.normal(size=(1000, 3)), y


@pytest.mark.parametrize("scheme", ["full", "consensus", "confident"])
@pytest.mark.parametrize("cv", [None, 2])
def test_a_vanishing_class_keeps_the_earlier_model_and_says_so(scheme, cv):
    X, y = rare_class()
    model = RetrainingClassifier(learner(), scheme, rounds=3, cv=cv, random_state=0)
    with pytest.warns(RetrainingWarning, match="round 1 .* class 1 would vanish"):
        model.fit(X, y)
    np.testing.assert_array_equal(model.estimator_.coef_, learner().fit(X, y).coef_)
    assert model.rounds_ == 0 and (model.labels_ == y).all() and model.kept_.all()
    last = model.history_[-1]
    assert last["round"] == 1 and not last["retrained"] and "would vanish" in last["reason"]
    assert set(model.classes_) == {0, 1} and model.predict_proba(X).shape == (1000, 2)


def test_too_few_samples_of_a_class_keep_the_earlier_model():
    X = np.array([[-2.0], [-1.5], [-1], [-0.5], [0.5], [3], [-2.2], [-1.8]])
    y = np.array([0, 0, 0, 0, 0, 1, 1, 1])
    model = RetrainingClassifier(KNeighborsClassifier(1), "confident:0.2")
    half = RetrainingClassifier(GaussianNB(), "consensus")
    with pytest.warns(RetrainingWarning, match="fewer than 2 samples of class 1"):
        half.fit(X, y)
    assert half.rounds_ == 0
    assert model.fit(X, y).rounds_ == 1  # all equally sure: nothing is dropped


def test_a_learner_that_refuses_the_rest_keeps_the_earlier_model(noisy):
    class Hungry(LogisticRegression):
        def fit(self, X, y, sample_weight=None):
            if len(y) < 280:
                raise ValueError("I need 280 samples")
            return super().fit(X, y)

    X, y = noisy
    with pytest.warns(RetrainingWarning, match="learner refused the labels: I need 280"):
        model = RetrainingClassifier(Hungry()).fit(X, y)
    assert model.rounds_ == 0
    with pytest.raises(ValueError, match="I need 280"):
        RetrainingClassifier(Hungry(), cv=2).fit(X[:100], y[:100])


def test_noise_that_flips_nothing_is_said(noisy):
    X, y = noisy
    with pytest.warns(RetrainingWarning, match="nothing flips: at epsilon = 64"):
        RetrainingClassifier(learner(), noise="epsilon:3,64").fit(X, y)


def flipped(n, rate, seed):
    """Two overlapping classes in 20 dimensions with flipped labels: features, true, given."""
    draw = np.random.default_rng(seed)
    y = draw.integers(0, 2, n)
    X = draw.normal(size=(n, 20)) + 0.35 * (2 * y - 1)[:, None]
    return X, y, np.where(draw.random(n) < rate, 1 - y, y)


def test_auto_carries_out_what_was_chosen(monkeypatch):
    X, _, given = flipped(120, 0.2, 0)
    asked = {}

    def choose(estimator, X, y, noise, seed):
        asked.update(C=estimator.C, codes=set(y), noise=noise)
        found = Verdict("adopt", "because", "crossfit-consensus", "tuned", 1, {"C": 0.01})
        return found.scheme, found.rounds, found

    monkeypatch.setattr("relabel_lab.pilot.choose.choose", choose)
    noise = Channel.from_flip_rate(0.2, 2)
    names = np.array(["no", "yes"])[given]
    model = RetrainingClassifier(learner(), "auto", noise=noise, random_state=0).fit(X, names)
    assert asked == {"C": 0.5, "codes": {0, 1}, "noise": noise}
    assert (model.scheme_, model.cv_, model.rounds_) == ("consensus", 5, 1)
    assert model.estimator_.C == 0.01 and model.verdict_.why == "because"
    by_hand = RetrainingClassifier(LogisticRegression(C=0.01), cv=5, random_state=0)
    np.testing.assert_array_equal(by_hand.fit(X, names).kept_, model.kept_)


def test_auto_measures_on_given_labels_and_keeps_a_learner_it_cannot_improve():
    X, _, given = flipped(150, 0.1, 1)
    model = RetrainingClassifier(GaussianNB(), "auto", random_state=0).fit(X, given)
    assert model.verdict_.decision in ("keep", "undecided") and model.scheme_ == "initial"
    np.testing.assert_allclose(model.estimator_.theta_, GaussianNB().fit(X, given).theta_)


def test_auto_takes_no_weights(noisy):
    X, y = noisy
    with pytest.raises(ValueError, match="sample_weight must be None for scheme auto"):
        RetrainingClassifier(learner(), "auto").fit(X, y, sample_weight=np.ones(len(y)))


def test_remembered_flips_are_said_where_the_rate_is_known():
    X, _, given = flipped(200, 0.4, 2)
    tree = DecisionTreeClassifier(random_state=0)
    noise = Channel.from_flip_rate(0.4, 2)
    with pytest.warns(RetrainingWarning, match="100.0% of the given ones.* would with 60.0%"):
        model = RetrainingClassifier(tree, noise=noise).fit(X, given)
    assert model.ceiling_ == pytest.approx(0.6)
    RetrainingClassifier(tree, noise=noise, cv=5, random_state=0).fit(X, given)
    assert RetrainingClassifier(tree).fit(X, given).ceiling_ is None


@pytest.mark.parametrize(
    "change, why",
    [
        ({"scheme": "both"}, "scheme must be full, consensus"),
        ({"scheme": "confident:1.5"}, "share in"),
        ({"scheme": "interpolate:0"}, "finite weight > 0"),
        ({"scheme": 3}, "scheme must be"),
        ({"rounds": -1}, "rounds must be a whole number >= 0"),
        ({"rounds": 1.5}, "rounds must be a whole number >= 0"),
        ({"cv": 1}, "cv must be a whole number >= 2"),
        ({"cv": [(np.arange(200), np.arange(200, 300))]}, "cv must be folds that hold every"),
        ({"noise": 0.3}, "noise must be None, a Channel"),
        ({"noise": "epsilon:2,1"}, "a channel of 3 classes"),
        ({"estimator": KNeighborsClassifier(), "scheme": "interpolate"}, "takes no sample_weight"),
    ],
)
def test_bad_arguments_are_named(noisy, change, why):
    X, y = noisy
    model = RetrainingClassifier(learner()).set_params(**change)
    with pytest.raises(ValueError, match=why):
        model.fit(X, y)


def test_weights_are_refused_where_nobody_takes_them(noisy):
    X, y = noisy
    with pytest.raises(ValueError, match="KNeighborsClassifier.fit takes no weights"):
        RetrainingClassifier(KNeighborsClassifier()).fit(X, y, sample_weight=np.ones(len(y)))
    with pytest.raises(ValueError, match="like y"):
        RetrainingClassifier(learner()).fit(X, y, sample_weight=np.ones(5))
