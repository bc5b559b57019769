"""`pilot.json`: every number of a report."""

from typing import Any

from relabel_lab.pilot.findings import Findings, diagnose
from relabel_lab.pilot.fit import Fit
from relabel_lab.pilot.gain import INITIAL, LEVEL, RETUNED, TUNED, Gain, Part, Spread


def document(found: Findings) -> dict[str, Any]:
    """The report as plain values; a value that does not exist is None."""
    return {
        "data": _data(found),
        "learner": {
            "name": found.learner.name,
            "tuned_parameters": found.measured.parameters,
            "path": [dict(step) for step in found.learner.path],
        },
        "plan": {
            "folds": found.settings.plan.folds,
            "repeats": len(found.measured.folds),
            "seed": found.settings.plan.seed,
            "trainings": found.measured.fits,
            "margin": found.settings.margin,
        },
        "noise": _noise(found),
        "fit": _fit(found),
        "gain": _gains(found),
        "accuracy": _levels(found),
        "rounds": {one.scheme: _curve(one) for one in found.curves},
        "cost": _cost(found),
        "coverage": _coverage(found),
        "sensitivity": _sensitivity(found),
        "diagnosis": _diagnosis(found),
        "warnings": list(found.warnings),
        "verdict": _verdict(found),
    }


def _data(found: Findings) -> dict[str, Any]:
    data = found.data
    return {
        "rows": data.n,
        "features": int(data.X.shape[1]),
        "classes": [str(name) for name in data.classes],
        "checked_rows": int(data.clean.sum()),
    }


def _noise(found: Findings) -> dict[str, Any]:
    rate, tested, channel = found.rate, found.noise, found.channel
    return {
        "flip_rate": rate.value,
        "interval": list(rate.interval),
        "source": rate.source,
        "note": rate.note,
        "channel": None if channel is None else str(channel),
        "epsilon": None if channel is None else channel.epsilon,
        "verdict": tested.verdict,
        "why": tested.why,
        "power": tested.power,
        "tests": tested.tests,
        "findings": [
            {
                "region": one.words,
                "given": one.given,
                "share": one.share,
                "allowed": list(one.allowed),
                "rows": one.rows,
                "p": one.p,
            }
            for one in tested.findings[:10]
        ],
    }


def _fit(found: Findings) -> dict[str, Any]:
    fit, told = found.fit, found.prediction
    return {
        "verdict": fit.verdict,
        "why": fit.why,
        "tests": {
            name: {"statistic": value, "p": fit.p.get(name)} for name, value in fit.observed.items()
        },
        "rows_tested": fit.rows,
        "estimates": _estimates(fit),
        "prediction": None
        if told is None
        else {
            "reason": told.reason,
            "accuracy": told.accuracy,
            "gain": told.gain,
            "best_round": told.best_round,
            "labels_for_the_same": told.n_saved,
            "critical_rho": told.critical,
        },
    }


def _estimates(fit: Fit) -> dict[str, Any] | None:
    mixture = fit.mixture
    if mixture is None:
        return None

    def with_interval(name: str, value: float) -> dict[str, Any]:
        interval = fit.intervals.get(name)
        return {"estimate": value, "interval": None if interval is None else list(interval)}

    return {
        "rho": with_interval("rho", mixture.rho),
        "alpha": {"estimate": mixture.alpha, "interval": [mixture.alpha, mixture.alpha]},
        "effective_dimension": with_interval("dimension", mixture.dimension),
        "leading_share": with_interval("leading", mixture.leading),
        "noise_along_mean": mixture.along,
        "margin": mixture.margin,
        "leading_eigenvalues": mixture.eigenvalues[:10].tolist(),
    }


def _gains(found: Findings) -> dict[str, Any]:
    result: dict[str, Any] = {"unit": found.gains.unit, "level": LEVEL}
    tuning = found.gains.tuning
    result[TUNED] = None if tuning is None else {"over_given": _gain(tuning)}
    for one in found.gains.candidates:
        result[one.name] = {
            "over_given": _gain(one.over_given),
            "over_tuned": _gain(one.over_tuned),
        }
    return result


def _gain(gain: Gain) -> dict[str, Any]:
    return {
        "estimate": gain.estimate,
        "interval": list(gain.interval),
        "interval_alone": list(gain.alone),
    }


def _levels(found: Findings) -> dict[str, Any]:
    names = {(TUNED, RETUNED): "tuned inside folds"}
    return {
        names.get(key, key[0] if key[1] == INITIAL else f"{key[0]} {key[1]}"): _level(spread)
        for key, spread in found.gains.levels.items()
    }


def _level(spread: Spread) -> dict[str, Any]:
    return {"estimate": spread.estimate, "interval": list(spread.interval(LEVEL))}


def _curve(one: Any) -> dict[str, Any]:
    return {
        "training": one.training,
        "given_labels": one.given,
        "held_out": one.held_out,
        "error": one.error,
        "stop": one.stop,
        "reason": one.reason,
    }


def _cost(found: Findings) -> dict[str, Any]:
    price = found.cost
    return {
        "seconds": price.seconds,
        "growth_exponent": price.exponent,
        "peak_bytes": price.peak,
        "feature_bytes": price.features,
        "at": {
            "rows": price.rows,
            "seconds": price.seconds_then,
            "memory_bytes": price.memory_then,
        },
    }


def _coverage(found: Findings) -> dict[str, Any]:
    cover = found.coverage
    return {
        "all": _part(cover.whole),
        "classes": [_part(part) for part in cover.classes],
        "groups": [_part(part) for part in cover.groups],
        "warnings": cover.warnings,
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "rows": part.rows,
        "coverage": part.coverage,
        "label_purity": part.purity,
        "gain": None if part.gain is None else _level(part.gain),
        "shrinks": part.shrinks,
        "p": part.p,
    }


def _sensitivity(found: Findings) -> dict[str, Any]:
    told, classes = found.sensitivity, found.data.classes
    turn = told.turn
    return {
        "candidate": told.name,
        "over": told.base,
        "sign_is_clear": told.clear,
        "gain_by_flip_rate": [list(pair) for pair in told.rates],
        "turns_at": None
        if turn.extra is None
        else {
            "extra_flips": turn.extra,
            "of_class": str(classes[turn.true]),
            "into": "any other" if turn.given < 0 else str(classes[turn.given]),
        },
        "accuracy_gain_range": None if told.size is None else list(told.size),
    }


def _diagnosis(found: Findings) -> dict[str, Any]:
    told = diagnose(found)
    return {
        "headroom": told.headroom,
        "detectable_gain": told.detectable,
        "memorisation": told.memorisation,
        "given_labels_right": told.given_right,
        "predictions_right": told.predicted_right,
        "lines": told.lines,
    }


def _verdict(found: Findings) -> dict[str, Any]:
    verdict = found.verdict
    return {
        "decision": verdict.decision,
        "scheme": verdict.scheme,
        "rounds": verdict.rounds,
        "learner": verdict.learner,
        "parameters": verdict.parameters,
        "why": verdict.why,
        "more_labels": verdict.more_labels,
    }
