r"""Intervals of a paired gain measured by repeated cross-fitting.

Rows say how far a mean over rows may be off; repeats and folds say how far models trained on
other rows would differ.  Neither alone covers (docs/pilot.md has the table), so

\[ V = s^2(\bar D)/n + S_R^2/R + \tau^2/2, \qquad \tau^2 = \max(0, S_{fold}^2 - F\bar v_1), \]

\(\bar D\) the difference of a row averaged over repeats, \(S_R\) the spread of the repeats' means,
\(S_{fold}\) that of fold means inside a repeat, \(\bar v_1\) the mean one-repeat row variance
over n.  The corrected t of Nadeau and Bengio (2003) has

\[ V = \big(1/(RF) + 1/(F-1)\big)\,S^2, \]

\(S^2\) the variance of all fold means.  The first is the wider where models differ between
training sets, the second where only rows differ.  Reported intervals take the wider, because neither
alone covers as often as it says (docs/pilot.md).
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Spread:
    """An estimate and how it varies.

    Attributes:
        estimate: mean over rows and repeats.
        variance: of the estimate.
        df: degrees of freedom for Student's t (Welch–Satterthwaite).
        floor: half-width below which no interval goes: where no row differs, three in n might.
        rows: number of rows.
    """

    estimate: float
    variance: float
    df: float
    floor: float
    rows: int

    def half_width(self, level: float) -> float:
        """Half the width of the two-sided interval at confidence ``level``."""
        quantile = float(stats.t.ppf(0.5 + level / 2, self.df))
        return max(quantile * math.sqrt(self.variance), self.floor)

    def interval(self, level: float) -> tuple[float, float]:
        """Two-sided interval."""
        half = self.half_width(level)
        return self.estimate - half, self.estimate + half


def spread(differences: np.ndarray, folds: np.ndarray, *, unit: float = 1.0) -> Spread:
    """Estimate and variance from paired differences: the wider of the two ways.

    Args:
        differences: one candidate minus another on the same rows, [R, n].
        folds: fold of each row, [R, n].
        unit: the difference that one discordant row makes, for the floor.
    """
    ways = (by_parts(differences, folds, unit=unit), corrected_t(differences, folds, unit=unit))
    return max(ways, key=lambda one: one.half_width(0.95))


def by_parts(differences: np.ndarray, folds: np.ndarray, *, unit: float = 1.0) -> Spread:
    """Rows, repeats and training sets, each with its own variance; arguments as for `spread`."""
    repeats, n = differences.shape
    means = _fold_means(differences, folds)
    rows = float(differences.mean(axis=0).var(ddof=1)) / n
    repeated = float(differences.mean(axis=1).var(ddof=1)) / repeats if repeats > 1 else 0.0
    trained = excess_of_folds(differences, means) / 2
    parts = [(rows, n - 1), (repeated, max(1, repeats - 1)), (trained, means.size - repeats)]
    variance = rows + repeated + trained
    return Spread(float(differences.mean()), variance, _df(parts), 3.0 * unit / n, n)


def corrected_t(differences: np.ndarray, folds: np.ndarray, *, unit: float = 1.0) -> Spread:
    """Nadeau and Bengio's corrected resampled t; arguments as for `spread`."""
    means = _fold_means(differences, folds)
    count, n = means.size, differences.shape[1]
    share = 1.0 / count + 1.0 / (means.shape[1] - 1)
    variance = share * float(means.var(ddof=1))
    return Spread(float(differences.mean()), variance, count - 1.0, 3.0 * unit / n, n)


def paired_rows(differences: np.ndarray) -> Spread:
    """The naive spread of one repeat's rows [1, n], without any variation of training; too short."""
    n = differences.shape[1]
    variance = float(differences[0].var(ddof=1)) / n
    return Spread(float(differences.mean()), variance, n - 1.0, 0.0, n)


def excess_of_folds(differences: np.ndarray, means: np.ndarray) -> float:
    r"""\(\tau^2\): how much more fold means vary than their rows explain."""
    n, folds = differences.shape[1], means.shape[1]
    explained = folds * float(differences.var(axis=1, ddof=1).mean()) / n
    return max(0.0, float(means.var(axis=1, ddof=1).mean()) - explained)


def _fold_means(differences: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Mean difference of each fold, [R, F]; a fold without a row counts as the mean."""
    count = int(folds.max()) + 1
    result = np.empty((len(folds), count))
    for repeat, (row, fold) in enumerate(zip(differences, folds, strict=True)):
        sizes = np.bincount(fold, minlength=count)
        sums = np.bincount(fold, weights=row, minlength=count)
        result[repeat] = np.where(sizes > 0, sums / np.maximum(sizes, 1), row.mean())
    return result


def _df(parts: list[tuple[float, float]]) -> float:
    total = sum(variance for variance, _ in parts)
    if total <= 0:
        return parts[0][1]
    return total**2 / sum(variance**2 / df for variance, df in parts)
