"""What is said of a scheme at finite n and d: numbers, how sure they are, and where they come from."""

from __future__ import annotations

import math
from typing import NamedTuple

OK, HEAVY, NONE = "ok", "infinite moments", "no prediction"
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Errors(NamedTuple):
    """Estimated errors of the numbers of the same name; NaN where the number is."""

    mean: float
    spread: float
    p_improves: float


class FiniteLaw(NamedTuple):
    """Law of kappa of a scheme after one round, over draws of the data.

    Attributes:
        mean, spread: of kappa; infinite where the moment is.
        p_improves: P(kappa > kappa0), or P(kappa > bar) where a bar was asked for.
        errors: their estimated errors.
        method: where the numbers come from.
        status: ``ok``, ``infinite moments`` (use the quantiles), or ``no prediction``.
        reason: why the status is not ``ok``; else None.
        quantiles: of kappa at `QUANTILES`, where they were computed; their levels are right to
            about 0.01, which far out in a heavy tail is some per cent of the quantile.
    """

    mean: float
    spread: float
    p_improves: float
    errors: Errors
    method: str | None
    status: str = OK
    reason: str | None = None
    quantiles: tuple[float, ...] | None = None

    @property
    def median(self) -> float | None:
        """Median of kappa, where quantiles were computed."""
        return None if self.quantiles is None else self.quantiles[QUANTILES.index(0.5)]


class Chance(NamedTuple):
    """A probability, its estimated error, where it comes from, or why there is none (NaN)."""

    value: float
    error: float
    method: str | None
    reason: str | None = None


def nothing(reason: str) -> FiniteLaw:
    """No number, and why."""
    nan = math.nan
    return FiniteLaw(nan, nan, nan, Errors(nan, nan, nan), None, NONE, reason)


def with_moments_that_exist(law: FiniteLaw, r: int) -> FiniteLaw:
    r"""E abs(kappa) is infinite for one noise dimension, E kappa^2 for two: \(1/\|v\|\) near v = 0."""
    if r > 2 or law.status == NONE:
        return law
    infinite, nan = math.inf, math.nan
    what = "mean and spread of kappa are" if r == 1 else "the spread of kappa is"
    return law._replace(
        mean=infinite if r == 1 else law.mean,
        spread=infinite,
        errors=law.errors._replace(mean=nan if r == 1 else law.errors.mean, spread=nan),
        status=HEAVY,
        reason=f"at d = {r + 1} {what} infinite; median and quantiles say where kappa lies",
    )
