"""Fit the mixture and test the fit by parametric bootstrap."""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from relabel_lab.pilot.channel import Channel
from relabel_lab.pilot.data import Dataset
from relabel_lab.pilot.fit.mixture import Mixture, draw, estimate
from relabel_lab.pilot.fit.statistics import NAMES, statistics

FITS, DOES_NOT_FIT, NOT_TRIED = "fits", "does not fit", "not tried"
DRAWS = 199
LEVEL = 0.05
MOST_NUMBERS = 300_000  # rows times columns of a bootstrap sample
MOST_COLUMNS = 1000


@dataclass(frozen=True, eq=False)
class Fit:
    """What the tests say of the mixture.

    Attributes:
        verdict: `FITS`, `DOES_NOT_FIT` or `NOT_TRIED`.
        why: one sentence.
        mixture: the estimates, None where none was tried.
        observed: statistics of the data, by name.
        p: p-value of each, before correction for their number.
        intervals: 95 % bootstrap intervals of rho, dimension and leading share.
        rows: rows used for the tests.
    """

    verdict: str
    why: str
    mixture: Mixture | None = None
    observed: dict[str, float] = field(default_factory=dict)
    p: dict[str, float] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    rows: int = 0


def fit_mixture(data: Dataset, channel: Channel | None, seed: int = 0, draws: int = DRAWS) -> Fit:
    """Estimate and test, where the theory has something to say of such data.

    Args:
        data: the rows.
        channel: the known channel; symmetric and binary, else nothing is tried.
        seed: of subsample and bootstrap.
        draws: bootstrap samples.
    """
    reason = _outside(data, channel)
    if reason is not None:
        return Fit(NOT_TRIED, reason)
    assert channel is not None
    rng = np.random.default_rng([seed, 77])
    p = 1 - channel.keep
    X, sign = _sample(data, p, rng)
    fitted = estimate(X, sign, p)
    if fitted.gamma == 0:
        why = "the classes' means do not differ by more than noise explains"
        return Fit(DOES_NOT_FIT, why, estimate(*signed_rows(data, p), p), rows=len(X))
    observed = statistics(X, sign, fitted)
    samples = [_bootstrap(fitted, p, rng) for _ in range(draws)]
    p_values = {name: _p(observed[name], [s[0][name] for s in samples]) for name in NAMES}
    whole = estimate(*signed_rows(data, p), p)
    return _judged(whole, observed, p_values, _intervals(whole, fitted, samples), len(X))


def _judged(
    fitted: Mixture,
    observed: dict[str, float],
    p: dict[str, float],
    intervals: dict[str, tuple[float, float]],
    rows: int,
) -> Fit:
    worst = min(p, key=lambda name: p[name])
    if p[worst] * len(p) <= LEVEL:
        why = f"{NAMES[worst]} is {observed[worst]:.2f}, which the fitted mixture does not explain"
        return Fit(DOES_NOT_FIT, why, fitted, observed, p, intervals, rows)
    why = f"none of {len(p)} tests on {rows} rows tells the data from the fitted mixture"
    return Fit(FITS, why, fitted, observed, p, intervals, rows)


def _outside(data: Dataset, channel: Channel | None) -> str | None:
    """Why the theory has nothing to say, or None."""
    if data.K != 2:
        return f"the fit is tested for two classes only; there are {data.K}"
    if channel is None:
        return "at an unknown flip rate neither rho nor the predicted laws can be estimated"
    if not channel.symmetric:
        return "the flips are not symmetric, as the fit assumes"
    if sparse.issparse(data.X):
        return "sparse features are far from Gaussian"
    if not isinstance(data.X, np.ndarray) or data.X.dtype.kind not in "biuf" or data.X.ndim != 2:
        return "the features are no array of numbers"
    if not 3 <= data.X.shape[1] <= MOST_COLUMNS:
        return f"{data.X.shape[1]} features; the fit is tested for 3 to {MOST_COLUMNS}"
    return None


def signed_rows(data: Dataset, p: float) -> tuple[np.ndarray, np.ndarray]:
    """Features with noise of variance 1 in every column, and signs; constant columns left out.

    The noise is what is left of a column's variance without the distance of the class means, so
    that the scaling does not shrink the very columns that tell the classes apart.
    """
    X, sign = np.asarray(data.X, dtype=np.float64), np.where(data.given == 1, 1.0, -1.0)
    scale = X.std(axis=0)
    varies = scale > 1e-12 * np.abs(X).max(axis=0).clip(1e-300)
    X = (X[:, varies] - X[:, varies].mean(axis=0)) / scale[varies]
    fitted = estimate(X, sign, p)
    between = 4 * fitted.prior * (1 - fitted.prior) * (fitted.direction**2 - fitted.error)
    return X / np.sqrt(np.clip(1 - between, 0.1, 1.0)), sign


def _sample(data: Dataset, p: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    X, sign = signed_rows(data, p)
    rows = min(len(X), max(200, MOST_NUMBERS // X.shape[1]))
    chosen = rng.permutation(len(X))[:rows]
    return X[chosen], sign[chosen]


def _bootstrap(
    fitted: Mixture, p: float, rng: np.random.Generator
) -> tuple[dict[str, float], Mixture]:
    X, sign = draw(fitted, rng)
    again = estimate(X, sign, p)
    return statistics(X, sign, again), again


def _p(observed: float, drawn: list[float]) -> float:
    return (1 + sum(value >= observed for value in drawn)) / (len(drawn) + 1)


def _intervals(
    whole: Mixture, fitted: Mixture, samples: list[tuple[dict[str, float], Mixture]]
) -> dict[str, tuple[float, float]]:
    """Basic bootstrap intervals, narrowed from the sample's rows to all rows."""
    narrow = np.sqrt(fitted.n / whole.n)
    result = {}
    for name in ("rho", "dimension", "leading"):
        drawn = np.array([getattr(again, name) for _, again in samples]) - getattr(fitted, name)
        low, high = np.quantile(drawn, [0.025, 0.975]) * narrow
        value = getattr(whole, name)
        result[name] = (max(0.0, float(value - high)), float(value - low))
    return result
