"""RetrainingClassifier against scikit-learn's own checks and against retraining by hand."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import coo_matrix, csr_matrix
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from relabel_lab.pilot import Channel, RetrainingClassifier
from tests.pilot.plain import learner


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


def test_methods_are_those_of_the_learner(noisy):
    X, y = noisy
    model = RetrainingClassifier(LinearSVC()).fit(X, y)
    assert not hasattr(model, "predict_proba")
    assert model.decision_function(X).shape == (300, 3)
