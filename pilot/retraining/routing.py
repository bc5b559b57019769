"""Where the arguments of a call go: weights to the learner, groups to the splitter."""

from dataclasses import dataclass
from typing import Any

from sklearn import get_config
from sklearn.model_selection import check_cv
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing

CALLED = ("predict", "predict_proba", "predict_log_proba", "decision_function")


@dataclass(frozen=True)
class Routed:
    """Arguments of ``fit``: the learner's, the splitter's, and the weights among the former."""

    learner: dict[str, Any]
    splitter: dict[str, Any]
    weight: Any


def router(estimator: Any) -> MetadataRouter:
    """Who may ask for what, for scikit-learn's metadata routing."""
    mapping = MethodMapping().add(caller="fit", callee="fit")
    for name in CALLED:
        mapping.add(caller=name, callee=name)
    result = MetadataRouter(owner=estimator).add(
        estimator=estimator.estimator, method_mapping=mapping
    )
    if estimator.cv is None:
        return result
    folds = MethodMapping().add(caller="fit", callee="split")
    return result.add(splitter=check_cv(estimator.cv, classifier=True), method_mapping=folds)


def route_fit(estimator: Any, weight: Any, params: dict[str, Any]) -> Routed:
    """The arguments of ``fit`` sorted by who gets them."""
    if weight is not None:
        params = {**params, "sample_weight": weight}
    if get_config()["enable_metadata_routing"]:
        routed = process_routing(estimator, "fit", **params)
        learner = dict(routed.estimator.fit)
        splitter = {} if estimator.cv is None else dict(routed.splitter.split)
    else:
        learner, splitter = dict(params), {}
        if estimator.cv is not None and "groups" in learner:
            splitter["groups"] = learner.pop("groups")
    return Routed(learner, splitter, learner.pop("sample_weight", None))


def route_call(estimator: Any, name: str, params: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a method of the model."""
    if not params or not get_config()["enable_metadata_routing"]:
        return params
    return dict(getattr(process_routing(estimator, name, **params).estimator, name))
