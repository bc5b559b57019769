"""Flips that stay inside the exact laws: by class (R17), margin (R18) or a random annotator."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import reject, require
from relabel_lab.sim.margins import Margin
from relabel_lab.sim.noise.base import LabelNoise


def check_chance(name: str, value: Any) -> None:
    """Require a probability."""
    require(name, value, lambda p: (p >= 0) & (p <= 1), "in [0, 1]")


def check_average(value: Any) -> None:
    """Require that labels are more often right than wrong."""
    require("average flip probability", value, lambda p: p < 0.5, "below 0.5")


class ClassFlips(LabelNoise):
    r"""Flip probabilities by true class.

    They act on the averaging classifier through \(\pi_+p_+ + \pi_-p_-\) alone (R17); a learner
    with an intercept sees the classes apart, and the direct engine draws them so.

    Args:
        p_plus: probability that a positive label is flipped.
        p_minus: probability that a negative label is flipped.
        positive: share of positive true labels; the averaged probability must be below 1/2.
    """

    p_plus: Any
    p_minus: Any
    positive: Any = 0.5

    def __check_init__(self):
        for name in ("p_plus", "p_minus", "positive"):
            check_chance(name, getattr(self, name))
        check_average(self._average())

    def _average(self) -> Any:
        return self.positive * self.p_plus + (1 - self.positive) * self.p_minus

    def probability(self, m: jax.Array) -> jax.Array:
        """The average over the classes, at every margin."""
        return jnp.broadcast_to(self._average(), jnp.shape(m))

    def chance(self, m: jax.Array, y: jax.Array) -> jax.Array:
        """The class's own probability."""
        return jnp.where(y > 0, self.p_plus, self.p_minus)

    def rate(self, law: Margin) -> Any:
        """The average over the classes."""
        return self._average()


class MarginFlips(LabelNoise):
    r"""Flips that grow rarer away from the boundary: \(p(m) = \min(p\,e^{-\lambda(m-1)}, 1/2)\) (R18).

    Args:
        p: probability at margin 1, in [0, 1/2).
        decay: \(\lambda \ge 0\).
    """

    p: Any
    decay: Any

    def __check_init__(self):
        require("p", self.p, lambda p: (p >= 0) & (p < 0.5), "in [0, 0.5)")
        require("decay", self.decay, lambda x: (x >= 0) & jnp.isfinite(x), "finite and >= 0")

    def probability(self, m: jax.Array) -> jax.Array:
        """Probability of a flip at margin ``m``."""
        return jnp.minimum(self.p * jnp.exp(-self.decay * (m - 1)), 0.5)

    def rate(self, law: Margin) -> Any:
        """Average over the margin law."""
        m, weight = law.nodes(jnp.zeros(()), jnp.zeros(()))
        return jnp.sum(weight * self.probability(m), -1)


class Annotators(LabelNoise):
    """Each sample is labelled by one annotator, chosen whatever the sample is.

    Then the annotators act through their average error alone, as uniform flips do;
    `sim.noise.RegionalAnnotators` choose their samples.

    Args:
        rates: probability of an error of each annotator.
        shares: their shares of the samples, equal by default; they sum to 1.
    """

    rates: tuple[Any, ...]
    shares: tuple[Any, ...]

    def __init__(self, rates: Any, shares: Any = None):
        self.rates = tuple(rates)
        self.shares = equal_shares(self.rates) if shares is None else tuple(shares)

    def __check_init__(self):
        check_annotators(self.rates, self.shares)

    def probability(self, m: jax.Array) -> jax.Array:
        """The average over the annotators, at every margin."""
        return jnp.broadcast_to(average_error(self.rates, self.shares), jnp.shape(m))

    def rate(self, law: Margin) -> Any:
        """The average over the annotators."""
        return average_error(self.rates, self.shares)


def equal_shares(rates: tuple[Any, ...]) -> tuple[float, ...]:
    """The same share for each annotator."""
    return (1 / len(rates),) * len(rates) if rates else ()


def average_error(rates: tuple[Any, ...], shares: tuple[Any, ...]) -> Any:
    """Error of the annotators, averaged by their shares."""
    return sum(rate * share for rate, share in zip(rates, shares, strict=True))


def check_annotators(rates: tuple[Any, ...], shares: tuple[Any, ...]) -> None:
    """Require as many rates as shares, probabilities, and an average error below 1/2."""
    if not rates or len(rates) != len(shares):
        raise reject("shares", f"{len(shares)} numbers", f"one for each of {len(rates)} rates")
    for rate, share in zip(rates, shares, strict=True):
        check_chance("rates", rate)
        check_chance("shares", share)
    require("sum of shares", sum(shares), lambda total: abs(total - 1) < 1e-9, "1")
    check_average(average_error(rates, shares))
