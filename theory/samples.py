r"""How many samples a scheme needs to improve, or to reach an accuracy, with a given probability.

P(improves) of R20 rises with n wherever retraining helps at all: at small n nothing changes or
the initial model is too poor, at large n R6 decides.  So the smallest n is bracketed by
doubling and found by bisection.
"""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from sim.problem import Problem
from sim.validate import require
from theory.fluctuations import fluctuations

SMALLEST, LARGEST = 16, 2**40  # the expansion is not to be trusted below 16 samples
METHOD = "R20: second-order delta method with Edgeworth term, derived here"


class SampleSize(NamedTuple):
    """Smallest n, the probability reached there, and how it was found; n is None if no n does."""

    n: int | None
    probability: float
    method: str


def sample_size(
    problem: Problem, target: float = 0.95, *, mix: float = 0.0, accuracy: float | None = None
) -> SampleSize:
    r"""Smallest n with P(\(\hat\theta_1 + \beta\hat\theta_0\) improves) >= ``target``.

    Args:
        problem: its ``n`` is not used.
        target: probability, in (0, 1).
        mix: the \(\beta\): 0 is full retraining, 1 consensus.
        accuracy: reach this population accuracy instead of beating the initial model.

    Raises:
        ValueError: for a target or accuracy outside its range, or a spectrum.
    """
    require("target", target, lambda t: (t > 0) & (t < 1), "in (0, 1)")
    bar = None if accuracy is None else _kappa_of(problem, accuracy)

    def chance(n: int) -> float:
        sized = eqx.tree_at(lambda problem: problem.n, problem, n)
        # Two mixes, as elsewhere: one compiled program serves all.
        return float(fluctuations(sized, (mix, mix), bar=bar).improves[0])

    low, high = SMALLEST - 1, SMALLEST
    while not (reached := chance(high)) >= target:
        low, high = high, 2 * high
        if high > LARGEST:
            return SampleSize(None, reached, METHOD)
    while high - low > max(1, low // 1000):
        middle = (low + high) // 2
        value = chance(middle)
        if value >= target:
            high, reached = middle, value
        else:
            low = middle
    return SampleSize(high, reached, METHOD)


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
