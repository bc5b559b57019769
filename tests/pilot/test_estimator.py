"""RetrainingClassifier against scikit-learn's own checks and against retraining by hand."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import coo_matrix, csr_matrix
from sklearn import config_context
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV, GroupKFold, StratifiedKFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import estimator_checks_generator

from relabel_lab.pilot import Channel, RetrainingClassifier, RetrainingWarning
from relabel_lab.pilot.decision import Verdict

CHECKED = [
    RetrainingClassifier(LogisticRegression()),
    RetrainingClassifier(RidgeClassifier(), "full", rounds=2, cv=2, random_state=0),
]
SKIPPED_BY_SKLEARN = {"check_array_api_input"}  # needs SCIPY_ARRAY_API of every process


def checks():
    for estimator in CHECKED:
        for checked, check in estimator_checks_generator(estimator):
            name = check.func.__name__
            if name not in SKIPPED_BY_SKLEARN:
                yield pytest.param(checked, check, id=f"{estimator.scheme}-{name}")


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
@pytest.mark.parametrize("estimator, check", [*checks()])
def test_scikit_learns_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def noisy():
    """Three classes, 300 samples, 30 % of the labels wrong; names of classes as texts."""
    X, y = make_classification(
        300, 8, n_informative=6, n_redundant=0, n_classes=3, class_sep=1.5, random_state=3
    )
    draw = np.random.default_rng(0)
    given = np.where(draw.random(300) < 0.3, (y + draw.integers(1, 3, 300)) % 3, y)
    return X, np.array(["ant", "bee", "cow"])[given]


def learner():
    return LogisticRegression(C=0.5)


def test_full_is_two_fits_by_hand(noisy):
    X, y = noisy
    first = learner().fit(X, y)
    second = learner().fit(X, first.predict(X))
    model = RetrainingClassifier(learner(), "full").fit(X, y)
    np.testing.assert_array_equal(model.estimator_.coef_, second.coef_)
    np.testing.assert_array_equal(model.labels_, first.predict(X))
    np.testing.assert_array_equal(model.changed_, model.labels_ != y)
    assert model.kept_.all() and model.rounds_ == 1


def test_consensus_is_two_fits_by_hand_for_two_rounds(noisy):
    X, y = noisy
    state = learner().fit(X, y)
    for _ in range(2):
        kept = state.predict(X) == y
        state = learner().fit(X[kept], y[kept])
    model = RetrainingClassifier(learner(), rounds=2).fit(X, y)
    np.testing.assert_array_equal(model.estimator_.coef_, state.coef_)
    np.testing.assert_array_equal(model.kept_, kept)
    np.testing.assert_array_equal(model.agreed_, kept)
    assert not model.changed_.any()
    for name in model.classes_:
        assert model.coverage_[name] == pytest.approx(kept[y == name].mean())


def test_cross_fitted_labels_are_those_of_scikit_learn(noisy):
    X, y = noisy
    folds = StratifiedKFold(4, shuffle=True, random_state=1)
    model = RetrainingClassifier(learner(), "full", cv=folds).fit(X, y)
    expected = cross_val_predict(learner(), X, y, cv=folds)
    np.testing.assert_array_equal(model.labels_, expected)
    np.testing.assert_array_equal(model.estimator_.coef_, learner().fit(X, expected).coef_)


def test_second_cross_fitted_round_trains_on_the_first_rounds_rows_and_labels(noisy):
    X, y = noisy
    folds = list(StratifiedKFold(3).split(X, y))
    model = RetrainingClassifier(learner(), "consensus", rounds=2, cv=folds).fit(X, y)
    first = cross_val_predict(learner(), X, y, cv=folds)
    kept, second = first == y, np.empty_like(y)
    for train, test in folds:
        rows = train[kept[train]]
        second[test] = learner().fit(X[rows], first[rows]).predict(X[test])
    np.testing.assert_array_equal(model.labels_, second)


@pytest.mark.parametrize("share", [0.2, 0.5, 1.0])
def test_confident_keeps_the_surest_share(noisy, share):
    X, y = noisy
    model = RetrainingClassifier(learner(), f"confident:{share}").fit(X, y)
    sure = learner().fit(X, y).predict_proba(X).max(axis=1)
    assert model.kept_.sum() == round(share * len(y))
    if share < 1:
        assert sure[model.kept_].min() > sure[~model.kept_].max()


def test_confident_without_probabilities_takes_decision_values(noisy):
    X, y = noisy
    model = RetrainingClassifier(LinearSVC(), "confident:0.3").fit(X, y)
    scores = np.sort(LinearSVC().fit(X, y).decision_function(X), axis=1)
    lead = scores[:, -1] - scores[:, -2]
    assert lead[model.kept_].min() > lead[~model.kept_].max()


def test_interpolation_trains_on_both_labels_by_weight(noisy):
    X, y = noisy
    predicted = learner().fit(X, y).predict(X)
    both, weight = np.concatenate([predicted, y]), np.repeat([1 / 1.5, 0.5 / 1.5], len(y))
    expected = LogisticRegression(C=0.5, tol=1e-10).fit(np.vstack([X, X]), both, weight)
    model = RetrainingClassifier(LogisticRegression(C=0.5, tol=1e-10), "interpolate:0.5")
    np.testing.assert_allclose(model.fit(X, y).estimator_.coef_, expected.coef_, atol=1e-6)


def test_weights_repeat_samples(noisy):
    X, y = noisy
    twice = np.where(np.arange(len(y)) % 3 == 0, 2, 1)
    tight = LogisticRegression(tol=1e-10)
    for scheme in ("full", "consensus", "confident:0.4", "interpolate:2"):
        weighted = RetrainingClassifier(tight, scheme).fit(X, y, sample_weight=twice)
        repeated = RetrainingClassifier(tight, scheme).fit(
            np.repeat(X, twice, axis=0), np.repeat(y, twice)
        )
        np.testing.assert_allclose(
            weighted.estimator_.coef_, repeated.estimator_.coef_, atol=1e-6, err_msg=scheme
        )
        assert weighted.coverage_ == pytest.approx(repeated.coverage_)


@pytest.mark.parametrize("container", [csr_matrix, coo_matrix, pd.DataFrame, list, pl.DataFrame])
@pytest.mark.parametrize("cv", [None, 3])
def test_containers_give_the_same_model(noisy, container, cv):
    X, y = noisy
    features = X.tolist() if container is list else container(X)
    model = RetrainingClassifier(learner(), cv=cv, random_state=0)
    expected = clone(model).fit(X, y)
    model.fit(features, y)
    np.testing.assert_allclose(model.estimator_.coef_, expected.estimator_.coef_, atol=1e-3)
    assert (model.predict(features) == expected.predict(X)).all()
    assert model.n_features_in_ == X.shape[1]


def test_pandas_labels_come_back_as_a_frame_with_their_index(noisy):
    X, y = noisy
    index = [f"row{i}" for i in range(len(y))]
    frame, given = pd.DataFrame(X, index=index).add_prefix("f"), pd.Series(y, index=index)
    model = RetrainingClassifier(learner(), "full").fit(frame, given)
    table = model.relabelled(given)
    assert table.index.equals(given.index)
    assert list(table.columns) == ["given", "new", "kept", "changed"]
    assert (table["new"] != table["given"]).equals(table["changed"])
    assert model.feature_names_in_.tolist() == frame.columns.tolist()


def test_polars_labels_come_back_as_polars(noisy):
    X, y = noisy
    frame, given = pl.DataFrame(X), pl.Series("label", y)
    table = RetrainingClassifier(learner(), "full").fit(frame, given).relabelled(given)
    assert isinstance(table, pl.DataFrame) and table["given"].to_list() == y.tolist()


def test_other_labels_come_back_as_arrays_and_only_those_of_fit(noisy):
    X, y = noisy
    model = RetrainingClassifier(learner(), "full").fit(X, y)
    assert (model.relabelled(y.tolist())["given"] == y).all()
    with pytest.raises(ValueError, match="y must be the 300 labels of fit"):
        model.relabelled(y[:5])


def test_pipeline_of_texts_with_weights_and_grid_search():
    texts = ["good fine nice", "bad awful poor", "fine good", "poor bad", "nice", "awful"] * 10
    labels = ["yes", "no"] * 30
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression())
    model = RetrainingClassifier(pipeline).fit(texts, labels, sample_weight=np.ones(60))
    assert model.predict(["nice and good", "awful"]).tolist() == ["yes", "no"]
    grid = GridSearchCV(
        RetrainingClassifier(pipeline),
        {"scheme": ["full", "consensus"], "estimator__logisticregression__C": [0.1, 1]},
        cv=3,
    ).fit(texts, labels)
    assert grid.best_score_ == 1.0


def test_arguments_of_fit_are_cut_like_the_rows(noisy):
    class Recorder(LogisticRegression):
        def fit(self, X, y, tag=None, word=None):
            self.seen_ = (len(X), len(tag), word)
            return super().fit(X, y)

    X, y = noisy
    model = RetrainingClassifier(Recorder()).fit(X, y, tag=np.arange(len(y)), word="as it is")
    kept = int(model.kept_.sum())
    assert model.estimator_.seen_ == (kept, kept, "as it is") and kept < len(y)


def test_groups_reach_the_splitter(noisy):
    X, y = noisy
    groups = np.arange(len(y)) % 7
    model = RetrainingClassifier(learner(), "full", cv=GroupKFold(3)).fit(X, y, groups=groups)
    expected = cross_val_predict(learner(), X, y, cv=GroupKFold(3), groups=groups)
    np.testing.assert_array_equal(model.labels_, expected)


def test_metadata_routing_needs_a_request_and_then_routes(noisy):
    X, y = noisy
    weight, groups = np.linspace(0.1, 2, len(y)), np.arange(len(y)) % 7
    plain = RetrainingClassifier(learner(), "full").fit(X, y, sample_weight=weight)
    with config_context(enable_metadata_routing=True):
        with pytest.raises(UnsetMetadataPassedError):
            RetrainingClassifier(learner()).fit(X, y, sample_weight=weight)
        asking = learner().set_fit_request(sample_weight=True)
        routed = RetrainingClassifier(asking, "full").fit(X, y, sample_weight=weight)
        crossed = RetrainingClassifier(asking, "full", cv=GroupKFold(3)).fit(
            X, y, sample_weight=weight, groups=groups
        )
        ignoring = RetrainingClassifier(learner().set_fit_request(sample_weight=False), "full")
        with pytest.raises(TypeError, match="sample_weight"):
            ignoring.fit(X, y, sample_weight=weight)
        scaled = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), asking)
        RetrainingClassifier(scaled, "interpolate").fit(X, y, sample_weight=weight)
        assert routed.predict(X).shape == y.shape
    np.testing.assert_array_equal(routed.estimator_.coef_, plain.estimator_.coef_)
    assert (crossed.labels_ != routed.labels_).any()


def test_pickle_and_clone(noisy):
    X, y = noisy
    model = RetrainingClassifier(learner(), cv=3, noise=Channel.from_flip_rate(0.3, 3)).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert again.history_ == model.history_
    assert clone(model).get_params()["noise"] == model.noise


def test_random_state_repeats_folds_and_open_seeds(noisy):
    X, y = noisy
    tree = DecisionTreeClassifier(max_features=2)
    one, two, other = (
        RetrainingClassifier(tree, cv=3, random_state=seed).fit(X, y) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.labels_, two.labels_)
    assert (one.labels_ != other.labels_).any()
    assert one.estimator_.random_state == two.estimator_.random_state is not None
    kept = RetrainingClassifier(DecisionTreeClassifier(random_state=7), random_state=1).fit(X, y)
    assert kept.estimator_.random_state == 7 and tree.random_state is None


def test_history_counts_what_happened(noisy):
    X, y = noisy
    history = RetrainingClassifier(learner(), "full", rounds=2).fit(X, y).history_
    assert [entry["round"] for entry in history] == [0, 1, 2]
    assert history[0]["changed"] == 0 and history[0]["agreement"] == 1.0
    predicted = learner().fit(X, y).predict(X)
    assert history[1]["changed"] == (predicted != y).sum()
    assert history[1]["agreement"] == pytest.approx((predicted == y).mean())
    assert all(entry["retrained"] and entry["reason"] is None for entry in history)


def test_zero_rounds_is_the_learner_itself(noisy):
    X, y = noisy
    model = RetrainingClassifier(learner(), rounds=0, cv=3).fit(X, y)
    np.testing.assert_array_equal(model.estimator_.coef_, learner().fit(X, y).coef_)
    np.testing.assert_array_equal(model.labels_, y)


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


def test_methods_are_those_of_the_learner(noisy):
    X, y = noisy
    model = RetrainingClassifier(LinearSVC()).fit(X, y)
    assert not hasattr(model, "predict_proba")
    assert model.decision_function(X).shape == (300, 3)
