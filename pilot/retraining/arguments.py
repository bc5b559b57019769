"""The arguments of `RetrainingClassifier.fit`, checked and made ready."""

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold, check_cv
from sklearn.utils import check_array

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.checks import reject, whole
from relabel_lab.pilot.retraining.learner import Learner
from relabel_lab.pilot.retraining.record import RetrainingWarning
from relabel_lab.pilot.retraining.rules import Full, Rule, parse_rule

CROSS_FITTED = 5  # folds of a cross-fitted scheme that was chosen from the labels
Splits = list[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Plan:
    """What to carry out: scheme, rounds, folds, tuned parameters of the learner, and why."""

    scheme: str
    rule: Rule
    rounds: int
    cv: Any
    parameters: dict[str, Any] = field(default_factory=dict)
    verdict: Any = None


def seeded(estimator: Any, random_state: Any, source: np.random.RandomState) -> Any:
    """A clone; where a seed was given, every ``random_state`` left None gets one from it."""
    template = clone(estimator)
    if random_state is None:
        return template
    open_seeds = [
        name
        for name, value in sorted(template.get_params(deep=True).items())
        if value is None and name.rpartition("__")[2] == "random_state"
    ]
    return template.set_params(**{name: source.randint(2**31 - 1) for name in open_seeds})


def check_weight(weight: Any, n: int) -> np.ndarray | None:
    """Sample weights as floats, shape (n,), not all zero."""
    if weight is None:
        return None
    weight = check_array(weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight")
    if weight.shape != (n,):
        raise reject("sample_weight", f"of shape {weight.shape}", f"of shape ({n},), like y")
    if weight.sum() <= 0:
        raise reject("sample_weight", f"of sum {weight.sum():g}", "not zero for every sample")
    return weight


def check_noise(noise: Any, classes: int) -> Channel | None:
    """The channel that the labels went through, of as many classes as they have."""
    if noise is None:
        return None
    channel = Channel.parse(noise) if isinstance(noise, str) else noise
    if not isinstance(channel, Channel):
        raise reject("noise", repr(noise), "None, a Channel or its text form")
    return channel.sized(classes)


def plan(
    estimator: Any, learner: Learner, codes: np.ndarray, noise: Channel | None, seed: int
) -> Plan:
    """The estimator's own scheme, or the one that its given labels recommend."""
    if estimator.scheme == "auto":
        return _chosen(learner, codes, noise, seed)
    rule = parse_rule(estimator.scheme)
    if rule.needs_weights and learner.weight_name is None:
        allowed = "full, consensus or confident for a learner whose fit takes no sample_weight"
        raise reject("scheme", estimator.scheme, allowed)
    return Plan(estimator.scheme, rule, estimator.rounds, estimator.cv)


def _chosen(learner: Learner, codes: np.ndarray, noise: Channel | None, seed: int) -> Plan:
    from relabel_lab.pilot.choose import choose  # the whole pilot, which named schemes do not need

    if learner.weight is not None:
        allowed = "None for scheme auto, which measures gains on rows that count alike"
        raise reject("sample_weight", "given", allowed)
    scheme, rounds, verdict = choose(learner.template, learner.X, codes, noise, seed)
    plain = scheme.removeprefix("crossfit-")
    cv = None if plain == scheme else CROSS_FITTED
    rule = Full() if rounds == 0 else parse_rule(plain)
    return Plan(plain, rule, rounds, cv, dict(verdict.parameters), verdict)


def splits(cv: Any, X: Any, codes: np.ndarray, seed: int, params: dict) -> Splits | None:
    """Folds that hold every sample out once; None for labels in sample."""
    if cv is None:
        return None
    if isinstance(cv, int | np.integer):
        cv = StratifiedKFold(whole("cv", cv, 2), shuffle=True, random_state=seed)
    folds = list(check_cv(cv, codes, classifier=True).split(X, codes, **params))
    held_out = np.sort(np.concatenate([np.arange(len(codes))[test] for _, test in folds]))
    if not np.array_equal(held_out, np.arange(len(codes))):
        allowed = "folds that hold every sample out exactly once"
        raise reject("cv", f"{len(folds)} folds with {len(held_out)} samples held out", allowed)
    return folds


def warn_where_nothing_flips(noise: Channel | None, n: int) -> None:
    """A `RetrainingWarning` where the known noise leaves every label as it is."""
    text = None if noise is None else noise.warning(n)
    if text is not None:
        warnings.warn(text, RetrainingWarning, stacklevel=4)


def table_like(y: Any, columns: dict[str, np.ndarray]) -> Any:
    """``y`` and the columns as a frame of the library that ``y`` is a Series of, or a dict."""
    import narwhals as nw

    series = nw.from_native(y, series_only=True, pass_through=True)
    if not isinstance(series, nw.Series):
        return {"given": np.asarray(y), **columns}
    if series.implementation.is_pandas_like():  # keeps the index
        return y.to_frame("given").assign(**columns)
    lists = {name: column.tolist() for name, column in columns.items()}
    return nw.from_dict(
        {"given": series.to_list(), **lists}, backend=series.implementation
    ).to_native()
