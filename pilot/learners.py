"""The learners that the pilot knows by name, and the regularisation path of any estimator."""

import importlib
import math
from dataclasses import dataclass
from typing import Any

from sklearn.base import clone, is_classifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline

from relabel_lab.pilot.checks import reject
from relabel_lab.pilot.standardise import Standardise

NAMES = "logistic, logistic:C, ridge, ridge:ALPHA, boosting, or package.module:Estimator"

_HALF_DECADES = tuple(10.0 ** (-k / 2) for k in range(-2, 9))
_PATHS: dict[str, tuple[Any, ...]] = {
    "C": tuple(float(f"{C:.3g}") for C in _HALF_DECADES),
    "alpha": tuple(float(f"{1 / C:.3g}") for C in (10.0 ** (-k / 2) for k in range(0, 11))),
    "n_neighbors": (1, 3, 5, 10, 20, 40, 80),
    "min_samples_leaf": (1, 3, 10, 30, 100, 300),
}
"""Strengths from weak to strong, by the parameter's name."""

_BOOSTED = {"max_iter": 60, "max_leaf_nodes": 15, "early_stopping": False, "random_state": 0}
_BOOSTING = (
    {"max_leaf_nodes": 15, "max_iter": 60},
    {"max_leaf_nodes": 8, "max_iter": 40},
    {"max_leaf_nodes": 4, "max_iter": 30},
    {"max_leaf_nodes": 2, "max_iter": 20},
)


@dataclass(frozen=True, eq=False)
class Learner:
    """An estimator and its regularisation path.

    Attributes:
        name: how it was asked for.
        given: the estimator as given, unfitted.
        path: parameters that replace its own, weakest regularisation first; empty where none is
            known, and then tuning is not tried.
    """

    name: str
    given: Any
    path: tuple[dict[str, Any], ...]

    def at(self, place: int | None) -> Any:
        """The estimator with the parameters of one place on the path; None: as given."""
        if place is None:
            return clone(self.given)
        return clone(self.given).set_params(**self.path[place])

    @property
    def place_given(self) -> int | None:
        """Where on the path the given estimator stands, or None."""
        own = self.given.get_params()
        for place, parameters in enumerate(self.path):
            if all(_same(own.get(name), value) for name, value in parameters.items()):
                return place
        return None


def learner(estimator: Any, name: str | None = None) -> Learner:
    """A learner from any scikit-learn classifier; its path is recognised by parameter names."""
    if not (hasattr(estimator, "fit") and hasattr(estimator, "get_params")):
        raise reject("learner", type(estimator).__name__, "a scikit-learn classifier")
    if not is_classifier(estimator):
        raise reject("learner", type(estimator).__name__, "a classifier, not a regressor")
    return Learner(name or type(estimator).__name__, estimator, path_of(estimator))


def path_of(estimator: Any) -> tuple[dict[str, Any], ...]:
    """Strengths of an estimator, or of the last step of a pipeline that has one."""
    names = estimator.get_params()
    for prefix in _prefixes(names):
        if {f"{prefix}{name}" for name in ("max_leaf_nodes", "max_iter", "learning_rate")} <= set(
            names
        ):
            return tuple({prefix + key: v for key, v in step.items()} for step in _BOOSTING)
        for parameter, values in _PATHS.items():
            if _is_number(names.get(prefix + parameter)):
                own = {*values, names[prefix + parameter]}
                ordered = sorted(own, reverse=parameter == "C")
                return tuple({prefix + parameter: value} for value in ordered)
    return ()


def named_learner(text: str) -> Learner:
    """Read ``--learner``.

    Raises:
        ValueError: naming what is allowed.
    """
    kind, _, rest = text.partition(":")
    if kind == "logistic":
        C = _strength(text, rest, 1.0)
        return learner(make_pipeline(Standardise(), LogisticRegression(C=C, max_iter=2000)), text)
    if kind == "ridge":
        alpha = _strength(text, rest, 1.0)
        return learner(make_pipeline(Standardise(), RidgeClassifier(alpha=alpha)), text)
    if text == "boosting":
        return learner(HistGradientBoostingClassifier(**_BOOSTED), text)
    return learner(_imported(text, kind, rest), text)


def _imported(text: str, module: str, attribute: str) -> Any:
    if not attribute:
        module, _, attribute = text.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError):
        raise reject("learner", text, f"{NAMES} that can be imported") from None
    try:
        return found() if callable(found) else found
    except TypeError:
        raise reject("learner", text, f"{NAMES} that needs no argument") from None


def _strength(text: str, rest: str, default: float) -> float:
    if not rest:
        return default
    try:
        value = float(rest)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise reject("learner", text, f"one of {NAMES}, with a number > 0")
    return value


def _prefixes(names: dict[str, Any]) -> list[str]:
    """Own parameters first, then those of nested estimators, last step first."""
    nested = [key for key, value in names.items() if hasattr(value, "fit")]
    return ["", *(f"{key}__" for key in reversed(nested))]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(own: Any, value: Any) -> bool:
    return _is_number(own) and math.isclose(own, value, rel_tol=1e-9)
