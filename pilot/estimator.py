"""`RetrainingClassifier`: any scikit-learn classifier, retrained on its own hard labels."""

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.utils import check_random_state, get_tags, indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.checks import reject, whole
from relabel_lab.pilot.retraining import (
    Learner,
    Retraining,
    RetrainingWarning,
    Round,
    arguments,
    record,
    routing,
    weight_argument,
)


def _learner_has(name: str) -> Callable[[Any], bool]:
    def check(self: Any) -> bool:
        getattr(getattr(self, "estimator_", self.estimator), name)
        return True

    return check


class RetrainingClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """Train on the given labels, relabel the training set by the model, train again (R3, R4, R10).

    Only the given labels are used. Whether that helps is another question: ``scheme="auto"``
    measures it on held-out given labels, `relabel pilot` reports it in full.

    Args:
        estimator: the learner; cloned, never changed.
        scheme: ``"full"`` (all samples, predicted labels), ``"consensus"`` (those whose
            prediction is the given label), ``"confident[:q]"`` (the surest share q, half where
            left out), ``"interpolate[:b]"`` (predicted and given label at weights 1 : b, 1 : 1
            where left out; the learner must take weights), or ``"auto"`` (what the given
            labels alone support: perhaps no retraining, perhaps a tuned learner; see ``verdict_``).
        rounds: how often to relabel and retrain; 0 trains the learner as it is.
        cv: None for labels in sample; a number of folds, a splitter or splits for labels from
            models that have not seen the sample. The folds stay the same in every round.
        noise: what is known of the flips, a `Channel` or its text form; used by ``"auto"`` and to
            say when there is nothing to mend.
        random_state: draws the folds, and seeds every ``random_state`` of the learner left None.

    Attributes:
        estimator_: the model.
        classes_: the labels, sorted.
        labels_: label of each sample as the model's last round saw it, shape (n,); of samples not
            in ``kept_`` the prediction.
        agreed_: mask, ``labels_`` is the given label.
        kept_: mask, the sample was trained on.
        changed_: mask, the sample was trained on with another label than the given one.
        coverage_: by given class, the share of its samples (by weight) trained on.
        history_: for each round ``round``, ``retrained``, ``reason`` (why not), ``agreement``
            of predicted and given labels, ``kept``, ``changed``, ``coverage``.
        ceiling_: expected agreement of the true labels with the given ones, where ``noise`` is
            known; labels that agree more remember flips (a `RetrainingWarning` says so).
        scheme_, rounds_, cv_: what was carried out; ``rounds_`` counts rounds that retrained.
        verdict_: what ``"auto"`` found (`Verdict`), with its reason and the parameters that it
            set on the learner; None for a named scheme.
        n_features_in_, feature_names_in_: as everywhere in scikit-learn.

    Where a class would vanish from the retraining set, where fewer than two of its samples would
    be left, or where the learner refuses the labels, the earlier model stays; a
    `RetrainingWarning` and the history say why.
    """

    def __init__(
        self, estimator, scheme="consensus", rounds=1, cv=None, noise=None, random_state=None
    ):
        self.estimator = estimator
        self.scheme = scheme
        self.rounds = rounds
        self.cv = cv
        self.noise = noise
        self.random_state = random_state

    def fit(self, X: Any, y: Any, sample_weight: Any = None, **params: Any) -> Self:
        """Train, relabel, retrain.

        Args:
            X: samples in any container the learner takes (array, sparse, pandas, polars, list).
            y: given labels, numbers or texts, shape (n,).
            sample_weight: shape (n,), for a learner (or a pipeline's last step) that takes them.
            **params: for the learner's ``fit``, those of length n cut like the rows; ``groups``
                goes to the splitter. With metadata routing switched on, routed as requested.
        """
        whole("rounds", self.rounds, 0)
        X, codes = self._checked(X, y)
        source = check_random_state(self.random_state)
        routed = routing.route_fit(self, sample_weight, params)
        learner = Learner(
            arguments.seeded(self.estimator, self.random_state, source),
            X,
            self.classes_,
            arguments.check_weight(routed.weight, len(codes)),
            routed.learner,
            weight_argument(self.estimator),
        )
        noise = arguments.check_noise(self.noise, len(self.classes_))
        arguments.warn_where_nothing_flips(noise, len(codes))
        seed = source.randint(2**31 - 1)
        plan = arguments.plan(self, learner, codes, noise, seed)
        self.scheme_, self.cv_, self.verdict_ = plan.scheme, plan.cv, plan.verdict
        splits = arguments.splits(plan.cv, X, codes, seed, routed.splitter)
        run = Retraining(learner.tuned(plan.parameters), plan.rule, codes, splits)
        return self._remember(run, list(run.run(plan.rounds)), noise)

    def _checked(self, X: Any, y: Any) -> tuple[Any, np.ndarray]:
        y = validate_data(self, y=y)
        X, y = indexable(*validate_data(self, X, y, skip_check_array=True))
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        return X, np.searchsorted(self.classes_, y)

    def _remember(self, run: Retraining, states: list[Round], noise: Channel | None) -> Self:
        last = states[-1]
        self.ceiling_ = record.ceiling(run, noise)
        remarks = [record.memorised(run, states, self.ceiling_)]
        remarks.append(None if last.reason is None else record.warning(last))
        for remark in filter(None, remarks):
            warnings.warn(remark, RetrainingWarning, stacklevel=3)
        self.estimator_ = last.model
        self.labels_ = self.classes_[last.predicted]
        self.agreed_ = last.predicted == run.given
        self.kept_, self.changed_ = record.kept(run, last), record.changed(run, last)
        self.coverage_ = record.coverage(run, self.kept_)
        self.history_ = [record.entry(run, state) for state in states]
        self.rounds_ = sum(state.reason is None for state in states) - 1
        return self

    def relabelled(self, y: Any) -> Any:
        """The given labels ``y`` beside the new ones, in the library that ``y`` comes from.

        Returns:
            A pandas (with the index of ``y``) or polars frame for a Series of theirs, a dict of
            arrays otherwise: ``given``, ``new``, ``kept``, ``changed``.
        """
        check_is_fitted(self)
        columns = {"new": self.labels_, "kept": self.kept_, "changed": self.changed_}
        if len(y) != len(self.labels_):
            raise reject("y", f"of length {len(y)}", f"the {len(self.labels_)} labels of fit")
        return arguments.table_like(y, columns)

    def predict(self, X: Any, **params: Any) -> np.ndarray:
        """Labels of ``X`` by the last model."""
        return self._delegate("predict", X, params)

    @available_if(_learner_has("predict_proba"))
    def predict_proba(self, X: Any, **params: Any) -> np.ndarray:
        """Probabilities by the last model, columns as in ``classes_``."""
        return self._delegate("predict_proba", X, params)

    @available_if(_learner_has("predict_log_proba"))
    def predict_log_proba(self, X: Any, **params: Any) -> np.ndarray:
        """Their logarithms."""
        return self._delegate("predict_log_proba", X, params)

    @available_if(_learner_has("decision_function"))
    def decision_function(self, X: Any, **params: Any) -> np.ndarray:
        """Decision values by the last model."""
        return self._delegate("decision_function", X, params)

    def _delegate(self, name: str, X: Any, params: dict[str, Any]) -> Any:
        """The model's own method, which checks ``X`` against what it was fitted on."""
        check_is_fitted(self)
        return getattr(self.estimator_, name)(X, **routing.route_call(self, name, params))

    def get_metadata_routing(self):
        """Weights and other arguments of ``fit`` go to the learner, groups to the splitter."""
        return routing.router(self)

    def __sklearn_tags__(self):
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.input_tags.sparse = inner.input_tags.sparse
        tags.input_tags.allow_nan = inner.input_tags.allow_nan
        tags.input_tags.string = inner.input_tags.string
        tags.input_tags.categorical = inner.input_tags.categorical
        tags.input_tags.positive_only = inner.input_tags.positive_only
        tags.classifier_tags = replace(inner.classifier_tags, multi_label=False)
        tags.non_deterministic = inner.non_deterministic
        return tags
