r"""Flips that depend on the noise features z, outside the exact laws: only drawn data serve.

Each kind looks at one coordinate h of z (one eigenvector of Sigma): N(0, 1), independent of the
true label and the margin.  In isotropic noise every direction orthogonal to mu is alike.
"""

from __future__ import annotations

from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr, ndtri

from relabel_lab.sim.kit import reject, require
from relabel_lab.sim.margins import Margin
from relabel_lab.sim.noise.base import LabelNoise
from relabel_lab.sim.noise.exact import (
    average_error,
    check_annotators,
    check_average,
    check_chance,
    equal_shares,
)

BROKEN = "flips depend on the noise features z; R2-R5 need flips independent of z given the margin"


class FeatureNoise(LabelNoise):
    """Flips that depend on the coordinate ``axis`` of z, 0 ... d - 2."""

    axis: Any = eqx.field(default=0, kw_only=True)
    name: ClassVar[str]

    @property
    def broken_assumption(self) -> str:
        """What of R2-R5 does not hold."""
        return BROKEN

    def probability(self, m: jax.Array) -> jax.Array:
        """Refuses: the margin does not decide.

        Raises:
            ValueError: always, naming the broken assumption; exact laws and limits end here.
        """
        raise reject(
            "noise",
            self.name,
            f"independent of z: {BROKEN}; only the direct engine serves, with schemes that take no "
            "constant from the law",
        )

    def flip_chance(self, y: jax.Array, h: jax.Array) -> jax.Array:
        """Probability of a flip at true label ``y`` = +-1 and coordinate ``h`` of z."""
        raise NotImplementedError

    def check_axis(self, d: int) -> None:
        """Raise unless the problem has the coordinate."""
        require(
            "noise axis",
            self.axis,
            lambda j: (j >= 0) & (j < d - 1) & (j == jnp.floor(j)),
            f"a whole number from 0 to d - 2 = {d - 2}",
        )


class DirectionFlips(FeatureNoise):
    r"""Systematic errors: given labels lean toward the sign of a feature that tells nothing.

    \(P(\text{flip}) = \Phi(\sqrt{1+s^2}\,\Phi^{-1}(p) - s\,y\,h)\), whose mean is p.

    Args:
        p: probability of a flip, in [0, 1/2).
        strength: s >= 0; 0 is uniform noise, at infinity the errors are where y h is low.
        axis: coordinate of z.
    """

    p: Any
    strength: Any
    name: ClassVar[str] = "direction"

    def __check_init__(self):
        require("p", self.p, lambda p: (p >= 0) & (p < 0.5), "in [0, 0.5)")
        require("strength", self.strength, lambda s: (s >= 0) & jnp.isfinite(s), "finite and >= 0")

    def flip_chance(self, y: jax.Array, h: jax.Array) -> jax.Array:
        """Largest where the feature points away from the true label."""
        level = jnp.sqrt(1 + jnp.asarray(self.strength) ** 2) * ndtri(self.p)
        return ndtr(level - self.strength * y * h)

    def rate(self, law: Margin) -> Any:
        """``p``."""
        return self.p


class SubgroupFlips(FeatureNoise):
    """A half-space of z in which labels are worse.

    Args:
        p: probability of a flip outside the subgroup.
        p_subgroup: inside it, where h is among its largest values.
        share: of the subgroup; the average probability must be below 1/2.
        axis: coordinate of z.
    """

    p: Any
    p_subgroup: Any
    share: Any
    name: ClassVar[str] = "subgroup"

    def __check_init__(self):
        for name in ("p", "p_subgroup", "share"):
            check_chance(name, getattr(self, name))
        check_average(self._average())

    def _average(self) -> Any:
        return self.share * self.p_subgroup + (1 - self.share) * self.p

    def flip_chance(self, y: jax.Array, h: jax.Array) -> jax.Array:
        """One value on either side of the subgroup's edge."""
        return jnp.where(ndtr(-h) < self.share, self.p_subgroup, self.p)

    def rate(self, law: Margin) -> Any:
        """Average over the subgroup and the rest."""
        return self._average()


class RegionalAnnotators(FeatureNoise):
    r"""Each sample is labelled by one of several annotators, who differ in where they work.

    The annotators divide the quantiles of \(\rho h + \sqrt{1-\rho^2}g\), g ~ N(0, 1) fresh, in
    proportion to their shares, first the lowest.  At correlation 0 this is
    `sim.noise.Annotators`; at 1 each has a slice of feature space.

    Args:
        rates: probability of an error of each annotator.
        shares: their shares of the samples, equal by default; they sum to 1.
        correlation: rho in [-1, 1].
        axis: coordinate of z.
    """

    rates: tuple[Any, ...]
    shares: tuple[Any, ...]
    correlation: Any
    name: ClassVar[str] = "annotators"

    def __init__(self, rates: Any, shares: Any = None, correlation: Any = 1.0, axis: Any = 0):
        self.rates = tuple(rates)
        self.shares = equal_shares(self.rates) if shares is None else tuple(shares)
        self.correlation, self.axis = correlation, axis

    def __check_init__(self):
        check_annotators(self.rates, self.shares)
        require("correlation", self.correlation, lambda c: abs(c) <= 1, "in [-1, 1]")

    def flip_chance(self, y: jax.Array, h: jax.Array) -> jax.Array:
        """Average error of the annotators who may see this sample."""
        along = jnp.asarray(self.correlation, jnp.float64)
        # At correlation 1 the edges are sharp: a width below rounding, but not zero.
        width = jnp.sqrt(jnp.maximum(1 - along**2, 1e-24))
        edges = jnp.cumsum(jnp.asarray(self.shares, jnp.float64))[:-1]
        below = ndtr((ndtri(edges) - along * h[..., None]) / width)
        ends = jnp.zeros((*h.shape, 1))
        reach = jnp.diff(jnp.concatenate([ends, below, ends + 1], -1), axis=-1)
        return reach @ jnp.asarray(self.rates, jnp.float64)

    def rate(self, law: Margin) -> Any:
        """The average over the annotators."""
        return average_error(self.rates, self.shares)
