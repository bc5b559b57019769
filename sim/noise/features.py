r"""Flips that depend on the noise features z, outside the exact laws: only drawn data serve.

Each kind looks at one coordinate h of z (one eigenvector of Sigma): N(0, 1), independent of the
true label and the margin.  In isotropic noise every direction orthogonal to mu is alike.
"""

from __future__ import annotations

from typing import ClassVar

import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr, ndtri

from relabel_lab.sim.kit import Numbers, require
from relabel_lab.sim.margins import Margin
from relabel_lab.sim.noise.base import FeatureNoise, check_average, check_chance


class DirectionFlips(FeatureNoise):
    r"""Systematic errors: given labels lean toward the sign of a feature that tells nothing.

    \(P(\text{flip}) = \Phi(\sqrt{1+s^2}\,\Phi^{-1}(p) - s\,y\,h)\), whose mean is p.

    Args:
        p: probability of a flip, in [0, 1/2).
        strength: s >= 0; 0 is uniform noise, at infinity the errors are where y h is low.
        axis: coordinate of z.
    """

    p: Numbers
    strength: Numbers
    family: ClassVar[str] = "direction"
    arguments: ClassVar[tuple[str, ...]] = ("p", "strength", "axis")
    optional: ClassVar[int] = 1
    form: ClassVar[str | None] = "direction:P,STRENGTH[,AXIS]"

    def __check_init__(self):
        require("p", self.p, lambda p: (p >= 0) & (p < 0.5), "in [0, 0.5)")
        require("strength", self.strength, lambda s: (s >= 0) & jnp.isfinite(s), "finite and >= 0")

    def flip_given_feature(self, y: jax.Array, h: jax.Array) -> jax.Array:
        """Largest where the feature points away from the true label."""
        level = jnp.sqrt(1 + jnp.asarray(self.strength) ** 2) * ndtri(self.p)
        return ndtr(level - self.strength * y * h)

    def mean_flip(self, law: Margin) -> Numbers:
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

    p: Numbers
    p_subgroup: Numbers
    share: Numbers
    family: ClassVar[str] = "subgroup"
    arguments: ClassVar[tuple[str, ...]] = ("p", "p_subgroup", "share", "axis")
    optional: ClassVar[int] = 1
    form: ClassVar[str | None] = "subgroup:P,P_SUBGROUP,SHARE[,AXIS]"

    def __check_init__(self):
        for name in ("p", "p_subgroup", "share"):
            check_chance(name, getattr(self, name))
        check_average(self._average())

    def _average(self) -> Numbers:
        return self.share * self.p_subgroup + (1 - self.share) * self.p

    def flip_given_feature(self, y: jax.Array, h: jax.Array) -> jax.Array:
        """One value on either side of the subgroup's edge."""
        return jnp.where(ndtr(-h) < self.share, self.p_subgroup, self.p)

    def mean_flip(self, law: Margin) -> Numbers:
        """Average over the subgroup and the rest."""
        return self._average()
