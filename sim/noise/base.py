"""How labels get flipped: the probability that a given label differs from the true one."""

from __future__ import annotations

from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Card, Numbers, Refusal, families, form_of, parse, reject, require
from relabel_lab.sim.margins import Margin

BROKEN = "flips depend on the noise features z; R2-R5 need flips independent of z given the margin"


class LabelNoise(Card):
    """A way labels get flipped: `ExactNoise` inside the exact laws, `FeatureNoise` outside."""

    broken_assumption: ClassVar[str | None] = None
    """The assumption of R2-R5 that these flips break; None where the exact laws hold."""

    def mean_flip(self, law: Margin) -> Numbers:
        """Probability of a flip, averaged over the margin law and everything else."""
        raise NotImplementedError


class ExactNoise(LabelNoise):
    """Flips that depend on the sample's margin and class alone: the exact laws hold (R17, R18)."""

    def flip_given_margin(self, m: jax.Array) -> jax.Array:
        """Probability of a flip at margin ``m`` (any shape; same shape back)."""
        raise NotImplementedError

    def kinks(self) -> tuple[Numbers, ...]:
        """Margins at which `flip_given_margin` has a kink; quadrature breaks there."""
        return ()

    def flip_given_class(self, m: jax.Array, y: jax.Array) -> jax.Array:
        """Probability of a flip at margin ``m`` and true label ``y`` = +-1, where one draws them."""
        return self.flip_given_margin(m)


class FeatureNoise(LabelNoise):
    """Flips that depend on the coordinate ``axis`` of z, 0 ... d - 2: only drawn data serve."""

    axis: Numbers = eqx.field(default=0, kw_only=True)
    broken_assumption: ClassVar[str | None] = BROKEN

    def flip_given_feature(self, y: jax.Array, h: jax.Array) -> jax.Array:
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


def parse_noise(text: str) -> LabelNoise:
    """The noise named by ``text``, e.g. ``margin:0.4,0.8``.

    Raises:
        ValueError: for an unknown kind, numbers that are missing or too many, or values that the
            kind does not allow.
    """
    try:
        return parse(LabelNoise, "noise", text)
    except Refusal as error:
        if error.argument == "noise":
            raise
        form = form_of(families(LabelNoise)[text.strip().partition(":")[0]])
        raise reject("noise", text, f"{form} where {error.rule}") from None


def check_chance(name: str, value: Numbers) -> None:
    """Require a probability."""
    require(name, value, lambda p: (p >= 0) & (p <= 1), "in [0, 1]")


def check_average(value: Numbers) -> None:
    """Require that labels are more often right than wrong."""
    require("average flip probability", value, lambda p: p < 0.5, "below 0.5")
