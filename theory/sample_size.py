r"""How many samples a scheme needs to improve, or to reach an accuracy, with a given probability.

P(improves) need not rise with n: it may jump at small n, and without flips it falls again.  So
n climbs a ladder of steps of \(\sqrt2\), every n up to 8, and the first rung that suffices is
refined below by a secant.  The answer is the smallest n that a window of a factor \(\sqrt2\)
can show.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import ndtri

from relabel_lab.sim import Full, Initial, Problem, Scheme
from relabel_lab.sim.kit import reject, require
from relabel_lab.theory.finite import Chance, expected_changes, p_improves

LARGEST = 2**50
EVERY = 8  # up to here every n is tried
CLOSE = 0.02  # of the target: a rung as close is asked again with all draws
PRECISION = 0.002  # of n, at which bisection stops
SURE = 2.0  # deviations of a score from zero, from which changes get rarer with n
IDLE = 0.5  # of the target: as few changed labels on average cannot reach it


class SampleSize(NamedTuple):
    """The smallest n found.

    Attributes:
        n: None if no n does.
        probability: reached there; where n is None the largest that was met.
        error: its estimated error.
        method: where it comes from.
        tried: the largest n that was tried.
        reason: why the search ended there, where it met an n without a prediction.
    """

    n: int | None
    probability: float
    error: float
    method: str | None
    tried: int
    reason: str | None = None


def sample_size(
    problem: Problem,
    target: float = 0.95,
    *,
    scheme: Scheme | None = None,
    accuracy: float | None = None,
) -> SampleSize:
    """Smallest n with P(one round improves) >= ``target``.

    Args:
        problem: its ``n`` is not used.
        target: probability, in (0, 1).
        scheme: any scheme that retrains (default full retraining).
        accuracy: reach this population accuracy instead of beating the initial model.

    Raises:
        ValueError: for a target or accuracy outside its range, the or the initial model.
    """
    require("target", target, lambda t: (t > 0) & (t < 1), "in (0, 1)")
    chosen = Full() if scheme is None else scheme
    if isinstance(chosen, Initial):
        raise reject("scheme", chosen.name, "one that retrains; the initial model stays as it is")
    bar = None if accuracy is None else _kappa_of(problem, accuracy)
    return _Search(problem, target, chosen, bar).run()


class _Search(NamedTuple):
    problem: Problem
    target: float
    scheme: Scheme
    bar: float | None

    def run(self) -> SampleSize:
        low, value, best, n = 1, 0.0, Chance(0.0, 0.0, None), 1
        for n in self._ladder():
            if self.bar is None and self._changes(n) < IDLE * self.target:
                if self._settled(n):
                    break
                continue
            found = self.at(n, rough=True)
            if abs(found.value - self.target) < CLOSE:
                found = self.at(n)
            if found.reason is not None and math.isnan(found.value):
                return SampleSize(None, *best[:3], n, found.reason)
            best = max(best, found, key=lambda chance: chance.value)
            if found.value >= self.target:
                return self._refined(low, value, n, found.value)
            low, value = n, found.value
        return SampleSize(None, *best[:3], n)

    def at(self, n: int, rough: bool = False) -> Chance:
        """P at n samples."""
        return p_improves(self._sized(n), self.scheme, bar=self.bar, rough=rough)

    def _sized(self, n: int) -> Problem:
        return eqx.tree_at(lambda problem: problem.n, self.problem, n)

    def _changes(self, n: int) -> float:
        return expected_changes(self._sized(n), self.scheme)

    def _settled(self, n: int) -> bool:
        """Whether even fewer labels change with more samples: none is flipped, the model is sure."""
        sure = float(self.problem.rho) * (n / float(self.problem.r)) ** 0.5
        return float(self.problem.p) == 0 and sure > SURE

    def _ladder(self) -> Iterator[int]:
        """Numbers of samples to try, from as many as the scheme needs."""
        n = max(2, int(getattr(self.scheme, "folds", 0)))  # a fold needs a sample
        while n <= LARGEST:
            yield n
            n = n + 1 if n < EVERY else int(n * 2**0.5)

    def _refined(self, low: int, below: float, high: int, above: float) -> SampleSize:
        """The smallest n in (low, high]: P is ``below`` the target at low, ``above`` it at high.

        A secant on the probit scale, whose step beyond the target closes the bracket.
        """
        tried, found = high, None
        while high - low > max(1, PRECISION * low):
            guess = self._between(low, below, high, above)
            chance = self.at(guess)
            if chance.value >= self.target:
                high, above, found = guess, chance.value, chance
            else:
                low, below = guess, chance.value
        return SampleSize(high, *(found or self.at(high))[:3], tried)

    def _between(self, low: int, below: float, high: int, above: float) -> int:
        """Where a straight line on the probit scale meets the target, a step beyond it."""
        first, wanted, last = ndtri(np.clip([below, self.target, above], 1e-9, 1 - 1e-9))
        share = (wanted - first) / (last - first) if last > first else 0.5
        step = PRECISION / 2 * low * (1 if share < 0.5 else -1)
        guess = np.ceil(low + share * (high - low) + step)
        return int(np.clip(guess, low + 1, high - 1))


def _kappa_of(problem: Problem, accuracy: float) -> float:
    """The kappa at which the population accuracy is ``accuracy`` (R1), by bisection."""
    law = problem.law
    most = float(law.accuracy(jnp.asarray(1e6)))
    require("accuracy", accuracy, lambda a: (a > 0.5) & (a < most), f"above 0.5 and below {most:g}")
    log_error = jnp.log1p(-jnp.asarray(accuracy))

    def halve(_: int, ends: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        middle = (ends[0] + ends[1]) / 2
        short = law.log_error(middle) > log_error
        return jnp.where(short, middle, ends[0]), jnp.where(short, ends[1], middle)

    ends = jax.lax.fori_loop(0, 80, halve, (jnp.asarray(0.0), jnp.asarray(1e6)))
    return float(ends[1])
