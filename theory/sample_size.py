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

from relabel_lab.sim import Problem
from relabel_lab.sim.kit import require
from relabel_lab.sim.schemes import Full, Scheme
from relabel_lab.theory.fluctuations import scheme_law

SMALLEST, LARGEST = 16, 2**40  # the expansion is not to be trusted below 16 samples
METHOD = "R20: second-order delta method with Edgeworth term, derived here"


class SampleSize(NamedTuple):
    """Smallest n, the probability reached there, and how it was found; n is None if no n does."""

    n: int | None
    probability: float
    method: str


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
        ValueError: for a target or accuracy outside its range, or a problem or scheme
            that `scheme_law` refuses.
    """
    require("target", target, lambda t: (t > 0) & (t < 1), "in (0, 1)")
    chosen = Full() if scheme is None else scheme
    bar = None if accuracy is None else _kappa_of(problem, accuracy)

    def chance(n: int) -> float:
        sized = eqx.tree_at(lambda problem: problem.n, problem, n)
        return float(scheme_law(sized, chosen, bar=bar).improves)

    low = max(SMALLEST, getattr(chosen, "folds", 0)) - 1  # a fold needs a sample
    high = low + 1
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
