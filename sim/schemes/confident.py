"""Predicted labels of the most confident samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import jax
import jax.numpy as jnp

from relabel_lab.sim.kit import Numbers, require
from relabel_lab.sim.schemes.base import History, Scheme
from relabel_lab.sim.schemes.constants import check_scalar, score_threshold

if TYPE_CHECKING:
    from relabel_lab.sim.problem import Problem


class Confident(Scheme):
    """Predicted labels of the share of samples with the largest abs(score).

    For one round ``bind`` turns the share into the threshold that it has in the proportional
    limit (R11); the share kept in a sample fluctuates around it like one over the square root of
    n.  Over several rounds every round keeps exactly that share of the sample (rounded up), at the
    sample's own threshold; in the limit each threshold follows from R21.
    """

    share: Numbers
    threshold: Numbers = None
    family: ClassVar[str] = "confident"
    arguments: ClassVar[tuple[str, ...]] = ("share",)
    form: ClassVar[str | None] = "confident:Q in (0, 1]"
    looks_back: ClassVar[bool] = True
    any_learner: ClassVar[bool] = False

    def __check_init__(self):
        require("confident share", self.share, lambda q: (q > 0) & (q <= 1), "in (0, 1]")

    def bind(self, problem: Problem, rounds: int = 1) -> Confident:
        """Fill in the threshold of the initial model's scores, for one round."""
        check_scalar(self, problem)
        return Confident(self.share, score_threshold(problem, self.share) if rounds <= 1 else None)

    def label(self, score: jax.Array, given: jax.Array) -> jax.Array:
        """The sign of the score, or 0 below the threshold."""
        return self._above(self.threshold, score)

    def relabel(
        self, turn: int | jax.Array, score: jax.Array, given: jax.Array, last: History
    ) -> History:
        """As `label`, at the sample's own threshold where none is bound."""
        threshold = self.threshold
        if threshold is None:
            ordered = jnp.sort(jnp.where(given == 0, -1, jnp.abs(score)), axis=None)
            kept = jnp.ceil(self.share * jnp.sum(given != 0)).astype(int)
            threshold = ordered[ordered.size - kept]
        label = self._above(threshold, score)
        return History(label, label)

    def _above(self, threshold: Numbers, score: jax.Array) -> jax.Array:
        return jnp.where(jnp.abs(score) >= threshold, jnp.sign(score), 0 * score)

    def turns(self) -> tuple[Numbers, ...]:
        """The threshold."""
        return (self.threshold,)
