"""Labels by several annotators, at random or each at work in a region of feature space."""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr, ndtri

from relabel_lab.sim.kit import Numbers, number, numbers, reject, require
from relabel_lab.sim.margins import Margin
from relabel_lab.sim.noise.base import ExactNoise, FeatureNoise, check_average, check_chance

MOST_ANNOTATORS = 64  # each is a term of its own in every compiled program


class Annotators(ExactNoise):
    """Each sample is labelled by one annotator, chosen whatever the sample is.

    Then the annotators act through their average error alone, as uniform flips do;
    `RegionalAnnotators` choose their samples.

    Args:
        rates: probability of an error of each annotator.
        shares: their shares of the samples, equal by default; they sum to 1.
    """

    rates: tuple[Numbers, ...]
    shares: tuple[Numbers, ...]
    family: ClassVar[str] = "annotators"
    form: ClassVar[str | None] = "annotators:RATE,RATE,...[@CORRELATION[,AXIS]]"

    @classmethod
    def read(cls, text: str) -> Annotators | RegionalAnnotators:  # type: ignore[override]
        """See `read_annotators`."""
        return read_annotators(text)

    def written(self) -> str:
        """The rates; shares have no text form."""
        return written_rates(self.rates, self.shares)

    def __init__(self, rates: Numbers, shares: Numbers | None = None):
        self.rates = tuple(rates)
        self.shares = equal_shares(self.rates) if shares is None else tuple(shares)

    def __check_init__(self):
        check_annotators(self.rates, self.shares)

    def flip_given_margin(self, m: jax.Array) -> jax.Array:
        """The average over the annotators, at every margin."""
        return jnp.broadcast_to(average_error(self.rates, self.shares), jnp.shape(m))

    def mean_flip(self, law: Margin) -> Numbers:
        """The average over the annotators."""
        return average_error(self.rates, self.shares)


class RegionalAnnotators(FeatureNoise):
    r"""Each sample is labelled by one of several annotators, who differ in where they work.

    The annotators divide the quantiles of \(\rho h + \sqrt{1-\rho^2}g\), g ~ N(0, 1) fresh, in
    proportion to their shares, first the lowest.  At correlation 0 this is
    `Annotators`; at 1 each has a slice of feature space.

    Args:
        rates: probability of an error of each annotator.
        shares: their shares of the samples, equal by default; they sum to 1.
        correlation: rho in [-1, 1].
        axis: coordinate of z.
    """

    rates: tuple[Numbers, ...]
    shares: tuple[Numbers, ...]
    correlation: Numbers
    family: ClassVar[str] = "annotators"
    form: ClassVar[str | None] = Annotators.form

    @classmethod
    def read(cls, text: str) -> Annotators | RegionalAnnotators:  # type: ignore[override]
        """See `read_annotators`."""
        return read_annotators(text)

    def written(self) -> str:
        """The rates, an @, and where the annotators work."""
        where = f"{number(self.correlation)},{number(self.axis)}"
        return f"{written_rates(self.rates, self.shares)}@{where}"

    def __init__(
        self,
        rates: Numbers,
        shares: Numbers | None = None,
        correlation: Numbers = 1.0,
        axis: Numbers = 0,
    ):
        self.rates = tuple(rates)
        self.shares = equal_shares(self.rates) if shares is None else tuple(shares)
        self.correlation, self.axis = correlation, axis

    def __check_init__(self):
        check_annotators(self.rates, self.shares)
        require("correlation", self.correlation, lambda c: abs(c) <= 1, "in [-1, 1]")

    def flip_given_feature(self, y: jax.Array, h: jax.Array) -> jax.Array:
        """Average error of the annotators who may see this sample."""
        along = jnp.asarray(self.correlation, jnp.float64)
        # At correlation 1 the edges are sharp: a width below rounding, but not zero.
        width = jnp.sqrt(jnp.maximum(1 - along**2, 1e-24))
        edges = jnp.cumsum(jnp.asarray(self.shares, jnp.float64))[:-1]
        below = ndtr((ndtri(edges) - along * h[..., None]) / width)
        ends = jnp.zeros((*h.shape, 1))
        reach = jnp.diff(jnp.concatenate([ends, below, ends + 1], -1), axis=-1)
        return reach @ jnp.asarray(self.rates, jnp.float64)

    def mean_flip(self, law: Margin) -> Numbers:
        """The average over the annotators."""
        return average_error(self.rates, self.shares)


def read_annotators(text: str) -> Annotators | RegionalAnnotators:
    """Chosen whatever the sample is, or (with @) by their regions."""
    rates, at, where = text.partition("@")
    if at:
        return RegionalAnnotators(numbers(rates), None, *numbers(where))
    return Annotators(numbers(rates))


def equal_shares(rates: tuple[Numbers, ...]) -> tuple[float, ...]:
    """The same share for each annotator."""
    return (1 / len(rates),) * len(rates) if rates else ()


def average_error(rates: tuple[Numbers, ...], shares: tuple[Numbers, ...]) -> Numbers:
    """Error of the annotators, averaged by their shares."""
    return sum(rate * share for rate, share in zip(rates, shares, strict=True))


def check_annotators(rates: tuple[Numbers, ...], shares: tuple[Numbers, ...]) -> None:
    """Require as many rates as shares, probabilities, an average error below 1/2, and not too many."""
    if not rates or len(rates) != len(shares):
        raise reject("shares", f"{len(shares)} numbers", f"one for each of {len(rates)} rates")
    if len(rates) > MOST_ANNOTATORS:
        raise reject("number of annotators", len(rates), f"at most {MOST_ANNOTATORS}")
    for rate, share in zip(rates, shares, strict=True):
        check_chance("rates", rate)
        check_chance("shares", share)
    require("sum of shares", sum(shares), lambda total: abs(total - 1) < 1e-9, "1")
    check_average(average_error(rates, shares))


def written_rates(rates: tuple[Numbers, ...], shares: tuple[Numbers, ...]) -> str:
    """The rates, separated by commas.

    Raises:
        ValueError: for unequal shares, which the text form does not know.
    """
    if shares != equal_shares(rates):
        raise reject("shares", shares, "equal where annotators are written as text")
    return ",".join(map(number, rates))
